/** The books: balances as of any time, what was booked, the chain of days. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { type Schemas, api, take } from "../api";
import { DownloadCsv } from "../download";
import { hasWord, t, useSpoken, word } from "../texts";
import { Bones, Empty, Failure, Filters, List, Mono, PageHead, Rows, Sheet, Tabs, useList, useQueryState } from "../ui";
import { given } from "./payments";

function Head({ children }: { children?: ReactNode }) {
  return (
    <>
      <PageHead title={t("books")}>{children}</PageHead>
      <Tabs label={t("books")} of={[{ to: "/books", label: t("balance") }, { to: "/books/entries", label: t("transfers") }, { to: "/books/days", label: t("days") }]} />
    </>
  );
}

/** The instant of a `datetime-local` text in Ethiopia's time; empty when it is none. */
function instant(text: string | undefined): string {
  const at = new Date(`${text ?? ""}:00+03:00`);
  return Number.isNaN(at.getTime()) ? "" : at.toISOString();
}

export function Balances() {
  const { at } = useSpoken();
  const [{ as_of: typed }, change] = useQueryState();
  const asOf = instant(typed);
  const books = useQuery({
    queryKey: ["balances", asOf || "now"],
    queryFn: ({ signal }) => take(api.GET("/api/v1/admin/ledger/balances/", { params: { query: asOf ? { as_of: asOf } : {} }, signal })),
  });
  return (
    <>
      <Head />
      <Filters>
        <label className="flex items-center gap-3 text-sm">
          {t("asOf")}
          <input type="datetime-local" className="h-10 rounded-full border border-line-strong bg-sheet px-4" value={typed ?? ""} onChange={(event) => change({ as_of: event.target.value || undefined }, true)} />
        </label>
        {typed && <button type="button" className="act-quiet" onClick={() => change({ as_of: undefined })}>{t("now")}</button>}
        {books.data && <span className="text-sm text-muted">{at(books.data.as_of)}</span>}
      </Filters>
      {books.isPending && <Bones lines={8} />}
      {books.isError && <Failure error={books.error} again={() => void books.refetch()} />}
      {books.data?.currencies.length === 0 && <section className="sheet"><Empty icon="books" title={t("noTransfers")} /></section>}
      <div className="space-y-6">{books.data?.currencies.map((of) => <Currency key={of.currency} of={of} />)}</div>
    </>
  );
}

function Currency({ of }: { of: Schemas["CurrencyBalances"] }) {
  const { price } = useSpoken();
  return (
    <>
      <dl className="grid grid-cols-2 gap-4 lg:grid-cols-4">
        {([["isOwed", of.is_owed], ["owes", of.owes], ["earned", of.earned], ["spent", of.spent]] as const).map(([name, amount]) => (
          <div key={name} className="sheet px-5 py-4">
            <dt className="text-sm text-muted">{t(name)}</dt>
            <dd className="tabular mt-0.5 text-xl font-semibold tracking-tight">{price(amount)}</dd>
          </div>
        ))}
      </dl>
      <Sheet title={of.currency} flush>
        <Rows
          label={`${t("account")} ${of.currency}`}
          rows={of.accounts}
          id={(account) => account.account}
          to={() => "/books/entries"}
          search={(account) => ({ account: account.account })}
          columns={[
            { head: t("account"), cell: (account) => <span><Mono>{account.account}</Mono><span className="block text-sm font-normal text-muted">{hasWord(account.account) ? word(account.account) : account.title}</span></span> },
            { head: t("class"), cell: (account) => word(account.kind) },
            { head: t("debit"), cell: (account) => price(account.debit), isFigure: true },
            { head: t("credit"), cell: (account) => price(account.credit), isFigure: true },
            { head: t("balance"), cell: (account) => <strong>{price(account.balance)}</strong>, isFigure: true },
          ]}
        />
      </Sheet>
    </>
  );
}

export function Transfers() {
  const { price, at } = useSpoken();
  const [{ account, order_id: order, from, to }, change] = useQueryState();
  const list = useList(["transfers", account, order, from, to], (cursor, signal) => {
    const query = { limit: 25, ...given({ cursor, account, order_id: order, from: instant(from), to: instant(to) }) };
    return take(api.GET("/api/v1/admin/ledger/transfers/", { params: { query }, signal }));
  });
  const isFiltered = account || order || from || to;
  return (
    <>
      <Head><DownloadCsv path="/api/v1/admin/ledger/export/" name="books.csv" query={given({ from: instant(from), to: instant(to) })} /></Head>
      <Filters>
        {[["from", from], ["to", to]].map(([name, value]) => (
          <label key={name} className="flex items-center gap-2 text-sm">
            {name === "from" ? "≥" : "<"}
            <input type="datetime-local" aria-label={`${t("date")} ${name === "from" ? "≥" : "<"}`} className="h-10 rounded-full border border-line-strong bg-sheet px-4" value={value ?? ""} onChange={(event) => change({ [name ?? ""]: event.target.value || undefined }, true)} />
          </label>
        ))}
        {account && <button type="button" className="inline-flex min-h-9 items-center gap-2 rounded-full border border-ink bg-ink px-3.5 text-sm text-ground" onClick={() => change({ account: undefined })}>{account} <span aria-hidden="true">×</span></button>}
        {isFiltered && <button type="button" className="link text-sm" onClick={() => change({ account: undefined, order_id: undefined, from: undefined, to: undefined })}>{t("clearFilters")}</button>}
      </Filters>
      <List
        label={t("transfers")}
        list={list}
        id={(each) => each.id}
        empty={<Empty icon="books" title={isFiltered ? t("nothingMatches") : t("noTransfers")} />}
        columns={[
          { head: t("date"), cell: (each) => at(each.posted_at) },
          { head: t("debit"), cell: (each) => <Mono>{each.debit_account}</Mono> },
          { head: t("credit"), cell: (each) => <Mono>{each.credit_account}</Mono> },
          { head: t("memo"), cell: (each) => <span className="line-clamp-2">{each.memo}</span> },
          { head: t("orders"), cell: (each) => (each.order_id ? <Link className="link" to={`/orders/${each.order_id}`}>#{each.order_number ?? ""}</Link> : "—") },
          { head: t("amount"), cell: (each) => price(each.amount), isFigure: true },
        ]}
      />
    </>
  );
}

export function Days() {
  const { day } = useSpoken();
  const list = useList(["days"], (cursor, signal) => take(api.GET("/api/v1/admin/ledger/days/", { params: { query: { limit: 25, ...given({ cursor }) } }, signal })));
  return (
    <>
      <Head />
      <p className="-mt-2 mb-5 max-w-2xl text-muted">{t("daysText")}</p>
      <List
        label={t("days")}
        list={list}
        id={(each) => each.day}
        empty={<Empty icon="books" title={t("noTransfers")} />}
        columns={[
          { head: t("date"), cell: (each) => day(`${each.day}T12:00:00Z`) },
          { head: t("entries"), cell: (each) => `${each.transfers_count} (${each.first_sequence}–${each.last_sequence})` },
          { head: t("state"), cell: (each) => (each.closed_at ? word("closed") : word("open")) },
          { head: t("closingHash"), cell: (each) => <Mono>{each.closing_hash}</Mono> },
        ]}
      />
    </>
  );
}
