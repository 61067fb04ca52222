/** Lists about money: payments, refunds, decisions, messages received, comparisons. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useRef } from "react";
import { Refusal, api, may, newKey, take } from "../api";
import { t, useSpoken, word } from "../texts";
import { toast } from "../toasts";
import { Badge, Bones, Choice, Empty, Failure, Filters, List, Mono, PageHead, Rows, SearchBox, Tabs, useList, useQueryState, words } from "../ui";

function Head({ children }: { children?: ReactNode }) {
  return (
    <>
      <PageHead title={t("payments")}>{children}</PageHead>
      <Tabs
        label={t("payments")}
        of={[
          { to: "/payments", label: t("attempts") },
          { to: "/payments/refunds", label: t("refunds") },
          { to: "/payments/decisions", label: t("reviews") },
          { to: "/payments/received", label: t("received") },
          { to: "/payments/comparison", label: t("reconciliation") },
        ]}
      />
    </>
  );
}

/** The parameters that are set. */
export function given(query: Record<string, string | number | boolean | undefined>): Record<string, never> {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined && value !== "")) as Record<string, never>;
}

export function Attempts() {
  const { price, at } = useSpoken();
  const [{ state, provider, tx_ref: reference }] = useQueryState();
  const list = useList(["attempts", state, provider, reference], (cursor, signal) => {
    const query = { limit: 25, ...given({ cursor, state, provider, tx_ref: reference }) };
    return take(api.GET("/api/v1/admin/payments/attempts/", { params: { query }, signal }));
  });
  return (
    <>
      <Head />
      <Filters>
        <Choice name="state" label={t("state")} options={words("pending", "charged", "failed", "expired", "review")} />
        <Choice name="provider" label={t("provider")} options={words("chapa", "cash_on_delivery", "bank_transfer")} />
        <SearchBox name="tx_ref" label={t("txRef")} />
      </Filters>
      <List
        label={t("attempts")}
        list={list}
        id={(each) => each.id}
        to={(each) => `/payments/attempts/${each.id}`}
        empty={<Empty icon="payments" title={state || provider || reference ? t("nothingMatches") : t("noAttempts")} />}
        columns={[
          { head: t("begun"), cell: (each) => at(each.created_at) },
          { head: t("provider"), cell: (each) => word(each.provider) },
          { head: t("state"), cell: (each) => <Badge value={each.state} /> },
          { head: t("txRef"), cell: (each) => <Mono>{each.tx_ref.slice(0, 14)}…</Mono> },
          { head: t("amount"), cell: (each) => price(each.amount), isFigure: true },
        ]}
      />
    </>
  );
}

export function Refunds() {
  const { price, at } = useSpoken();
  const [{ state }] = useQueryState();
  const list = useList(["refunds", state], (cursor, signal) => {
    return take(api.GET("/api/v1/admin/payments/refunds/", { params: { query: { limit: 25, ...given({ cursor, state }) } }, signal }));
  });
  return (
    <>
      <Head />
      <Filters><Choice name="state" label={t("state")} options={words("requested", "submitted", "processing", "unknown", "succeeded", "failed")} /></Filters>
      <List
        label={t("refunds")}
        list={list}
        id={(each) => each.id}
        to={(each) => `/payments/refunds/${each.id}`}
        empty={<Empty icon="back" title={state ? t("nothingMatches") : t("noRefunds")} />}
        columns={[
          { head: t("date"), cell: (each) => at(each.created_at) },
          { head: t("cause"), cell: (each) => word(each.cause) },
          { head: t("state"), cell: (each) => <Badge value={each.state} /> },
          { head: t("reason"), cell: (each) => each.reason },
          { head: t("amount"), cell: (each) => price(each.amount), isFigure: true },
        ]}
      />
    </>
  );
}

export function Reviews() {
  const { price, at } = useSpoken();
  const [{ is_open: open }] = useQueryState();
  const list = useList(["reviews", open], (cursor, signal) => {
    const query = { limit: 25, ...given({ cursor }), ...(open ? { is_open: open === "true" } : {}) };
    return take(api.GET("/api/v1/admin/payments/reviews/", { params: { query }, signal }));
  });
  return (
    <>
      <Head />
      <Filters><Choice name="is_open" label={t("state")} options={[{ value: "true", label: word("open") }, { value: "false", label: word("resolved") }]} /></Filters>
      <List
        label={t("reviews")}
        list={list}
        id={(each) => each.id}
        to={(each) => `/payments/decisions/${each.id}`}
        empty={<Empty icon="check" title={t("noReviews")} />}
        columns={[
          { head: t("opened"), cell: (each) => at(each.opened_at) },
          { head: t("class"), cell: (each) => <Badge value={each.kind} /> },
          { head: t("details"), cell: (each) => <span className="line-clamp-2">{each.detail}</span> },
          { head: t("state"), cell: (each) => (each.resolution ? word(each.resolution) : <Badge value="open" />) },
          { head: t("amount"), cell: (each) => (each.money ? price(each.money) : "—"), isFigure: true },
        ]}
      />
    </>
  );
}

export function Received() {
  const { at } = useSpoken();
  const queries = useQueryClient();
  const [{ outcome, authenticity, tx_ref: reference }] = useQueryState();
  const list = useList(["received", outcome, authenticity, reference], (cursor, signal) => {
    const query = { limit: 25, ...given({ cursor, outcome, authenticity, tx_ref: reference }) };
    return take(api.GET("/api/v1/admin/payments/webhooks/", { params: { query }, signal }));
  });
  const process = useMutation({
    mutationFn: (id: string) => take(api.POST("/api/v1/admin/payments/webhooks/{webhook_id}/process/", { params: { path: { webhook_id: id } } })),
    onSuccess: () => {
      toast(t("processed"));
      void queries.invalidateQueries({ queryKey: ["received"] });
    },
    onError: (error) => toast(error.message || t("offline"), { isBad: true }),
  });
  return (
    <>
      <Head />
      <Filters>
        <Choice name="outcome" label={t("outcome")} options={words("settled", "no_news", "review", "unanswered", "unknown_reference", "unreadable")} />
        <Choice name="authenticity" label={t("authenticity")} options={words("signed", "static_token")} />
        <SearchBox name="tx_ref" label={t("txRef")} />
      </Filters>
      <List
        label={t("received")}
        list={list}
        id={(each) => each.id}
        empty={<Empty icon="webhooks" title={outcome || authenticity || reference ? t("nothingMatches") : t("noWebhooks")} />}
        columns={[
          { head: t("date"), cell: (each) => at(each.received_at) },
          { head: t("event"), cell: (each) => <Mono>{each.event ?? "—"}</Mono> },
          { head: t("authenticity"), cell: (each) => <Badge value={each.authenticity} /> },
          { head: t("outcome"), cell: (each) => (each.outcome ? <Badge value={each.outcome} /> : <Badge value="pending" />) },
          { head: t("times"), cell: (each) => each.received_count, isFigure: true },
          {
            head: t("actions"),
            isFigure: true,
            cell: (each) => may("payments.manage") && (
              <button type="button" className="link min-h-9 text-sm" disabled={process.isPending} onClick={() => process.mutate(each.id)} aria-label={`${t("processAgain")}: ${each.tx_ref ?? each.id}`}>{t("processAgain")}</button>
            ),
          },
        ]}
      />
    </>
  );
}

export function Reconciliations() {
  const { at } = useSpoken();
  const queries = useQueryClient();
  const [{ state }] = useQueryState();
  const key = useRef(newKey());
  const runs = useQuery({
    queryKey: ["reconciliations"],
    queryFn: ({ signal }) => take(api.GET("/api/v1/admin/payments/reconciliations/", { params: { query: { limit: 10 } }, signal })),
    refetchInterval: ({ state: now }) => (now.data?.data.some((run) => run.state === "running") ? 1_500 : false),
  });
  const isRunning = runs.data?.data.some((run) => run.state === "running") ?? false;
  const breaks = useList(["breaks", state, runs.data?.data[0]?.finished_at], (cursor, signal) => {
    return take(api.GET("/api/v1/admin/payments/reconciliation-breaks/", { params: { query: { limit: 25, ...given({ cursor, state }) } }, signal }));
  });
  const compare = useMutation({
    mutationFn: () => take(api.POST("/api/v1/admin/payments/reconciliations/", { params: { header: { "Idempotency-Key": key.current } }, body: {} })),
    onSuccess: () => {
      key.current = newKey();
      void queries.invalidateQueries({ queryKey: ["reconciliations"] });
    },
    onError: (error) => {
      if (error instanceof Refusal && error.status >= 400) key.current = newKey();
      toast(error.message || t("offline"), { isBad: true });
    },
  });
  return (
    <>
      <Head>
        {may("payments.manage") && <button type="button" className="act" disabled={compare.isPending || isRunning} onClick={() => compare.mutate()}>{isRunning ? t("reconciling") : t("reconcileNow")}</button>}
      </Head>
      <div className="space-y-8">
        <div>
          <h2 className="mb-3 font-semibold">{t("breaks")}</h2>
          <Filters><Choice name="state" label={t("state")} options={words("open", "repaired", "resolved")} /></Filters>
          <List
            label={t("breaks")}
            list={breaks}
            id={(each) => each.id}
            to={(each) => `/payments/differences/${each.id}`}
            empty={<Empty icon="check" title={t("noBreaks")} />}
            columns={[
              { head: t("opened"), cell: (each) => at(each.opened_at) },
              { head: t("class"), cell: (each) => word(each.class) },
              { head: t("state"), cell: (each) => <Badge value={each.state} /> },
              { head: t("providerRef"), cell: (each) => <Mono>{each.provider_reference}</Mono> },
            ]}
          />
        </div>
        <div>
          <h2 className="mb-3 font-semibold">{t("runs")}</h2>
          <section className="sheet overflow-hidden">
            {runs.isPending && <Bones lines={3} />}
            {runs.isError && <div className="p-5"><Failure error={runs.error} again={() => void runs.refetch()} /></div>}
            {runs.data?.data.length === 0 && <Empty icon="clock" title={t("noRuns")} />}
            {runs.data && runs.data.data.length > 0 && (
              <div className="overflow-x-auto">
                <Rows
                  label={t("runs")}
                  rows={runs.data.data}
                  id={(run) => run.id}
                  columns={[
                    { head: t("date"), cell: (run) => at(run.started_at) },
                    { head: t("period"), cell: (run) => `${at(run.from_at)} – ${at(run.to_at)}` },
                    { head: t("state"), cell: (run) => <span><Badge value={run.state} />{run.failure && <span className="block text-sm text-bad">{run.failure}</span>}</span> },
                    { head: t("rows"), cell: (run) => run.rows_read, isFigure: true },
                    { head: t("breaks"), cell: (run) => run.breaks_open, isFigure: true },
                  ]}
                />
              </div>
            )}
          </section>
        </div>
      </div>
    </>
  );
}
