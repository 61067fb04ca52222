-- What 0085 added is true of the rows that were there.

alter table mails validate constraint mails_kind_known;
