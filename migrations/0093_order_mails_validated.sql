-- What 0092 added is true of the rows that were there.

alter table mails validate constraint mails_kind_known;
