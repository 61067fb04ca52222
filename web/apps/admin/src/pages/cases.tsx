/** One payment, one refund, one decision, one difference: what is known, and what can be done. */
import { type UseQueryResult, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { type ReactNode, useRef, useState } from "react";
import { parseAmount, plainAmount } from "../../../../packages/shared/format";
import { Refusal, type Schemas, api, may, newKey, take } from "../api";
import { t, useSpoken, word } from "../texts";
import { toast } from "../toasts";
import { Area, Badge, Bones, Dialog, DialogActions, Facts, Failure, Field, Json, Mono, PageHead, Sheet } from "../ui";

type Attempt = Schemas["AttemptHistoryView"];
type RefundFile = Schemas["RefundFile"];
type Review = Schemas["ReviewDetailView"];
type Break = Schemas["BreakView"];
type Action = Schemas["ReviewAction"];

function useId(): string {
  return (useParams({ strict: false }) as { id: string }).id;
}

/** Waiting, refused, or here. */
function Case<T>({ of, name, back, children }: { of: UseQueryResult<T>; name: string; back: { to: string; label: string }; children: (value: T) => ReactNode }) {
  if (of.isPending) return <><PageHead title={name} back={back} /><Bones lines={8} /></>;
  if (of.isError) return <><PageHead title={name} back={back} /><Failure error={of.error} again={() => void of.refetch()} /></>;
  return <>{children(of.data)}</>;
}

/** Something to do that is answered with how things stand then. */
function useDeed<V, T>(keys: unknown[][], doing: (wish: V) => Promise<T>, done: (value: T) => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: doing,
    onSuccess: (value) => {
      for (const queryKey of keys) void queries.invalidateQueries({ queryKey });
      done(value);
    },
  });
}

/** A key that stays while a wish stays the same, and is new after a clear "no". */
function useWishKey() {
  const key = useRef(newKey());
  return {
    header: () => ({ "Idempotency-Key": key.current }),
    changed: () => {
      key.current = newKey();
    },
    refused: (error: unknown) => {
      if (error instanceof Refusal && error.status >= 400 && error.status < 500) key.current = newKey();
    },
  };
}

const badly = (error: Error) => toast(error.message || t("offline"), { isBad: true });

function OrderLink({ id }: { id: string }) {
  return <Link className="link" to={`/orders/${id}`}>{t("open")}</Link>;
}

// --- A payment -------------------------------------------------------------------------------

export function AttemptPage() {
  const id = useId();
  const attempt = useQuery({
    queryKey: ["attempt", id],
    queryFn: ({ signal }) => take(api.GET("/api/v1/admin/payments/attempts/{attempt_id}/", { params: { path: { attempt_id: id } }, signal })),
  });
  const back = { to: "/payments", label: t("payments") };
  return <Case of={attempt} name={t("attempt")} back={back}>{(value) => <ShownAttempt attempt={value} back={back} />}</Case>;
}

function ShownAttempt({ attempt, back }: { attempt: Attempt; back: { to: string; label: string } }) {
  const { price, at } = useSpoken();
  const [open, setOpen] = useState<"confirm" | "reject" | null>(null);
  const isByHand = attempt.provider !== "chapa";
  const isOpen = ["created", "unknown", "pending"].includes(attempt.state);
  const verify = useDeed([["attempt", attempt.id], ["attempts"], ["order", attempt.order_id]], () => {
    return take(api.POST("/api/v1/admin/payments/attempts/{attempt_id}/verify/", { params: { path: { attempt_id: attempt.id } } }));
  }, (value) => toast(t("asked", { state: word(value.state) })));
  return (
    <>
      <PageHead back={back} name={t("attempt")} title={<>{price(attempt.amount)}<Badge value={attempt.state} /></>}>
        {may("payments.manage") && !isByHand && <button type="button" className="act" disabled={verify.isPending} onClick={() => verify.mutate(undefined, { onError: badly })}>{t("askProvider")}</button>}
        {may("payments.manage") && isByHand && isOpen && <button type="button" className="act-quiet" onClick={() => setOpen("reject")}>{t("reject")}</button>}
        {may("payments.manage") && isByHand && isOpen && <button type="button" className="act" onClick={() => setOpen("confirm")}>{t("confirmMoney")}</button>}
      </PageHead>
      <div className="space-y-6">
        <Sheet title={t("details")}>
          <Facts
            of={[
              [t("provider"), word(attempt.provider)],
              [t("theOrder"), <OrderLink key="order" id={attempt.order_id} />],
              [t("txRef"), <Mono key="ref">{attempt.tx_ref}</Mono>],
              ...(attempt.customer_reference ? [[t("bankReference"), <Mono key="own">{attempt.customer_reference}</Mono>] as [string, ReactNode]] : []),
              [t("providerRef"), attempt.provider_reference ? <Mono key="theirs">{attempt.provider_reference}</Mono> : null],
              [t("begun"), at(attempt.created_at)],
              [t("mode"), word(attempt.mode)],
              ...(attempt.failure ? [[t("failure"), attempt.failure] as [string, ReactNode]] : []),
            ]}
          />
        </Sheet>
        {attempt.reviews.length > 0 && (
          <Sheet title={t("reviews")}>
            <ul className="space-y-2">
              {attempt.reviews.map((review) => (
                <li key={review.id} className="flex flex-wrap items-center gap-3"><Link className="link" to={`/payments/decisions/${review.id}`}>{word(review.kind)}</Link>{review.resolution ? word(review.resolution) : <Badge value="open" />}</li>
              ))}
            </ul>
          </Sheet>
        )}
        <Sheet title={t("captures")}>
          {attempt.captures.length === 0 && <p className="text-muted">—</p>}
          <ul className="space-y-2">
            {attempt.captures.map((capture) => (
              <li key={capture.id} className="flex flex-wrap items-baseline gap-x-4">
                <span className="tabular font-medium">{price(capture.amount)}</span>
                <span>{word(capture.disposition)}</span>
                <span className="text-muted">{t("fee")}: {price(capture.fee)}</span>
                <span className="text-muted">{at(capture.captured_at)}</span>
              </li>
            ))}
          </ul>
        </Sheet>
        <Calls of={attempt.calls} />
        <Sheet title={t("webhooksOf")}>
          {attempt.webhooks.length === 0 && <p className="text-muted">{t("noWebhooks")}</p>}
          <ul className="space-y-2">
            {attempt.webhooks.map((webhook) => (
              <li key={webhook.id} className="flex flex-wrap items-center gap-3">
                <Mono>{webhook.event ?? "—"}</Mono><Badge value={webhook.authenticity} />{webhook.outcome && <Badge value={webhook.outcome} />}
                <span className="text-muted">{at(webhook.received_at)}</span>
              </li>
            ))}
          </ul>
        </Sheet>
      </div>
      {open === "confirm" && <ConfirmDialog attempt={attempt} close={() => setOpen(null)} />}
      {open === "reject" && <RejectDialog attempt={attempt} close={() => setOpen(null)} />}
    </>
  );
}

function Calls({ of }: { of: Schemas["CallView"][] }) {
  const { at } = useSpoken();
  return (
    <Sheet title={t("callsMade")}>
      {of.length === 0 && <p className="text-muted">{t("noCallsMade")}</p>}
      <ol className="space-y-1">
        {of.map((call, index) => (
          <li key={index}>
            <details>
              <summary className="flex min-h-10 flex-wrap items-center gap-x-4 rounded-lg px-2 hover:bg-well">
                <Mono>{call.operation}</Mono><span>{word(call.outcome)}</span><span className="ml-auto text-sm text-muted">{at(call.called_at)}</span>
              </summary>
              <Json value={call.evidence} />
            </details>
          </li>
        ))}
      </ol>
    </Sheet>
  );
}

function ConfirmDialog({ attempt, close }: { attempt: Attempt; close: () => void }) {
  const [amount, setAmount] = useState(plainAmount(attempt.amount));
  const [reference, setReference] = useState("");
  const [isTried, setTried] = useState(false);
  const key = useWishKey();
  const money = parseAmount(amount, attempt.amount.currency);
  const confirm = useDeed([["attempt", attempt.id], ["attempts"], ["order", attempt.order_id], ["task"]], () => {
    const params = { path: { id: attempt.id }, header: key.header() };
    const body = { amount: money ?? attempt.amount, reference: reference.trim() };
    return take(api.POST("/api/v1/admin/payments/attempts/{id}/confirm/", { params, body }));
  }, () => { toast(t("confirmed")); close(); });
  const submit = () => {
    setTried(true);
    if (money && reference.trim()) confirm.mutate(undefined, { onError: key.refused });
  };
  return (
    <Dialog title={t("confirmMoney")} close={close} submit={submit}>
      <p className="text-muted">{t("confirmText")}</p>
      <Field label={`${t("receivedAmount")} (${attempt.amount.currency})`} inputMode="decimal" value={amount} onChange={(event) => { key.changed(); setAmount(event.target.value); }} problem={money ? undefined : t("badAmount")} />
      <Field data-first label={t("bankReference")} value={reference} maxLength={100} onChange={(event) => { key.changed(); setReference(event.target.value); }} problem={isTried && !reference.trim() ? t("needed") : undefined} />
      {confirm.isError && <Failure error={confirm.error} />}
      <DialogActions>
        <button type="button" className="act-quiet" onClick={close}>{t("cancel")}</button>
        <button type="submit" className="act" disabled={confirm.isPending}>{t("confirm")}</button>
      </DialogActions>
    </Dialog>
  );
}

function RejectDialog({ attempt, close }: { attempt: Attempt; close: () => void }) {
  const [reason, setReason] = useState("");
  const [isTried, setTried] = useState(false);
  const key = useWishKey();
  const reject = useDeed([["attempt", attempt.id], ["attempts"], ["order", attempt.order_id], ["task"]], () => {
    const params = { path: { id: attempt.id }, header: key.header() };
    return take(api.POST("/api/v1/admin/payments/attempts/{id}/reject/", { params, body: { reason: reason.trim() } }));
  }, () => { toast(t("rejected")); close(); });
  const submit = () => {
    setTried(true);
    if (reason.trim()) reject.mutate(undefined, { onError: key.refused });
  };
  return (
    <Dialog title={t("reject")} close={close} submit={submit}>
      <p className="text-muted">{t("final")}</p>
      <Field data-first label={t("reason")} value={reason} maxLength={500} onChange={(event) => { key.changed(); setReason(event.target.value); }} problem={isTried && !reason.trim() ? t("needed") : undefined} />
      {reject.isError && <Failure error={reject.error} />}
      <DialogActions>
        <button type="button" className="act-quiet" onClick={close}>{t("cancel")}</button>
        <button type="submit" className="act" disabled={reject.isPending}>{t("reject")}</button>
      </DialogActions>
    </Dialog>
  );
}

// --- A refund --------------------------------------------------------------------------------

export function RefundPage() {
  const id = useId();
  const refund = useQuery({
    queryKey: ["refund", id],
    queryFn: ({ signal }) => take(api.GET("/api/v1/admin/payments/refunds/{id}/", { params: { path: { id } }, signal })),
    refetchInterval: ({ state }) => (state.data && !state.data.finished_at ? 3_000 : false),
  });
  const back = { to: "/payments/refunds", label: t("refunds") };
  return <Case of={refund} name={t("refunds")} back={back}>{(value) => <ShownRefund refund={value} back={back} />}</Case>;
}

function ShownRefund({ refund, back }: { refund: RefundFile; back: { to: string; label: string } }) {
  const { price, at } = useSpoken();
  const [isEnding, setEnding] = useState(false);
  const isOpen = !refund.finished_at;
  const isByHand = refund.provider !== "chapa" || refund.state === "unknown";
  const check = useDeed([["refund", refund.id], ["refunds"], ["order", refund.order_id]], () => {
    return take(api.POST("/api/v1/admin/payments/refunds/{id}/check/", { params: { path: { id: refund.id } } }));
  }, (value) => toast(t("asked", { state: word(value.state) })));
  return (
    <>
      <PageHead back={back} name={t("refunds")} title={<>{price(refund.amount)}<Badge value={refund.state} /></>}>
        {isOpen && may("payments.refund") && refund.provider === "chapa" && <button type="button" className="act-quiet" disabled={check.isPending} onClick={() => check.mutate(undefined, { onError: badly })}>{t("checkNow")}</button>}
        {isOpen && may("payments.refund") && isByHand && <button type="button" className="act" onClick={() => setEnding(true)}>{t("sayEnded")}</button>}
      </PageHead>
      <div className="space-y-6">
        <Sheet title={t("details")}>
          <Facts
            of={[
              [t("theOrder"), <OrderLink key="order" id={refund.order_id} />],
              [t("reason"), refund.reason],
              [t("cause"), word(refund.cause)],
              [t("provider"), word(refund.provider)],
              [t("txRef"), <Mono key="ref">{refund.reference}</Mono>],
              [t("providerRef"), refund.provider_reference ? <Mono key="theirs">{refund.provider_reference}</Mono> : null],
              ...(refund.failure ? [[t("failure"), refund.failure] as [string, ReactNode]] : []),
            ]}
          />
        </Sheet>
        <Sheet title={t("history")}>
          <ol className="space-y-2">
            {refund.history.map((step, index) => (
              <li key={index} className="flex flex-wrap items-center gap-3"><Badge value={step.to_state} /><span>{step.note}</span><span className="ml-auto text-sm text-muted">{at(step.occurred_at)}</span></li>
            ))}
          </ol>
        </Sheet>
        <Calls of={refund.calls} />
      </div>
      {isEnding && <EndDialog refund={refund} close={() => setEnding(false)} />}
    </>
  );
}

function EndDialog({ refund, close }: { refund: RefundFile; close: () => void }) {
  const [outcome, setOutcome] = useState<Schemas["RefundOutcome"]>("refunded");
  const [reference, setReference] = useState("");
  const [note, setNote] = useState("");
  const [isTried, setTried] = useState(false);
  const key = useWishKey();
  const end = useDeed([["refund", refund.id], ["refunds"], ["order", refund.order_id], ["task"]], () => {
    const params = { path: { id: refund.id }, header: key.header() };
    const body = { outcome, note: note.trim(), ...(reference.trim() ? { reference: reference.trim() } : {}) };
    return take(api.POST("/api/v1/admin/payments/refunds/{id}/confirm/", { params, body }));
  }, () => { toast(t("saved")); close(); });
  const submit = () => {
    setTried(true);
    if (note.trim()) end.mutate(undefined, { onError: key.refused });
  };
  return (
    <Dialog title={t("sayEnded")} close={close} submit={submit}>
      <p className="text-muted">{t("final")}</p>
      <div role="radiogroup" aria-label={t("sayEnded")} className="space-y-1">
        {([["refunded", "moneyBack"], ["not_refunded", "moneyNotBack"]] as const).map(([value, label]) => (
          <label key={value} className="flex min-h-11 items-center gap-3">
            <input type="radio" name="outcome" className="size-4 accent-(--accent)" checked={outcome === value} onChange={() => { key.changed(); setOutcome(value); }} />{t(label)}
          </label>
        ))}
      </div>
      <Field label={t("refReference")} isOptional maxLength={100} value={reference} onChange={(event) => { key.changed(); setReference(event.target.value); }} />
      <Area label={t("note")} hint={t("noteHint")} rows={2} maxLength={500} value={note} onChange={(event) => { key.changed(); setNote(event.target.value); }} problem={isTried && !note.trim() ? t("needed") : undefined} />
      {end.isError && <Failure error={end.error} />}
      <DialogActions>
        <button type="button" className="act-quiet" onClick={close}>{t("cancel")}</button>
        <button type="submit" className="act" disabled={end.isPending}>{t("save")}</button>
      </DialogActions>
    </Dialog>
  );
}

// --- A decision ------------------------------------------------------------------------------

export function ReviewPage() {
  const id = useId();
  const review = useQuery({
    queryKey: ["review", id],
    queryFn: ({ signal }) => take(api.GET("/api/v1/admin/payments/reviews/{review_id}/", { params: { path: { review_id: id } }, signal })),
  });
  const back = { to: "/payments/decisions", label: t("reviews") };
  return <Case of={review} name={t("review")} back={back}>{(value) => <ShownReview review={value} back={back} />}</Case>;
}

function ShownReview({ review, back }: { review: Review; back: { to: string; label: string } }) {
  const { price, at } = useSpoken();
  const [action, setAction] = useState<Action | null>(null);
  const allowed = review.actions.filter((each) => !["refund", "retry"].includes(each) || may("payments.refund"));
  return (
    <>
      <PageHead back={back} title={<>{word(review.kind)}{review.resolution ? <Badge value={review.resolution} /> : <Badge value="open" />}</>} name={word(review.kind)} />
      <div className="space-y-6">
        {!review.resolved_at && may("payments.manage") && (
          <Sheet title={t("resolve")}>
            <div className="flex flex-wrap gap-3">
              {allowed.map((each, index) => <button key={each} type="button" className={index === 0 ? "act" : "act-quiet"} onClick={() => setAction(each)}>{word(each)}</button>)}
            </div>
          </Sheet>
        )}
        <Sheet title={t("details")}>
          <p className="mb-4">{review.detail}</p>
          <Facts
            of={[
              [t("amount"), review.money ? price(review.money) : null],
              [t("theOrder"), <OrderLink key="order" id={review.order_id} />],
              [t("attempt"), <Link key="attempt" className="link" to={`/payments/attempts/${review.attempt_id}`}>{t("open")}</Link>],
              ...(review.refund_id ? [[t("refunds"), <Link key="refund" className="link" to={`/payments/refunds/${review.refund_id}`}>{t("open")}</Link>] as [string, ReactNode]] : []),
              [t("opened"), at(review.opened_at)],
              ...(review.resolved_at ? [[t("resolved"), at(review.resolved_at)] as [string, ReactNode]] : []),
              ...(review.note ? [[t("note"), review.note] as [string, ReactNode]] : []),
            ]}
          />
        </Sheet>
        <Sheet title={t("evidence")}><Json value={review.evidence} /></Sheet>
      </div>
      {action && (
        <NoteDialog
          title={word(action)}
          close={() => setAction(null)}
          keys={[["review", review.id], ["reviews"], ["task"], ["order", review.order_id]]}
          send={(note, header) => take(api.POST("/api/v1/admin/payments/reviews/{review_id}/resolve/", { params: { path: { review_id: review.id }, header }, body: { action, note } }))}
        />
      )}
    </>
  );
}

interface NoteProps {
  title: string;
  close: () => void;
  keys: unknown[][];
  send: (note: string, header: { "Idempotency-Key": string }) => Promise<unknown>;
}

/** A decision that is final asks for its reason. */
function NoteDialog({ title, close, keys, send }: NoteProps) {
  const [note, setNote] = useState("");
  const [isTried, setTried] = useState(false);
  const key = useWishKey();
  const decide = useDeed(keys, () => send(note.trim(), key.header()), () => { toast(t("resolved")); close(); });
  const submit = () => {
    setTried(true);
    if (note.trim()) decide.mutate(undefined, { onError: key.refused });
  };
  return (
    <Dialog title={title} close={close} submit={submit}>
      <p className="text-muted">{t("final")}</p>
      <Area data-first label={t("note")} hint={t("noteHint")} rows={3} maxLength={500} value={note} onChange={(event) => { key.changed(); setNote(event.target.value); }} problem={isTried && !note.trim() ? t("needed") : undefined} />
      {decide.isError && <Failure error={decide.error} />}
      <DialogActions>
        <button type="button" className="act-quiet" onClick={close}>{t("cancel")}</button>
        <button type="submit" className="act" disabled={decide.isPending}>{title}</button>
      </DialogActions>
    </Dialog>
  );
}

// --- A difference ----------------------------------------------------------------------------

export function BreakPage() {
  const id = useId();
  const difference = useQuery({
    queryKey: ["break", id],
    queryFn: ({ signal }) => take(api.GET("/api/v1/admin/payments/reconciliation-breaks/{break_id}/", { params: { path: { break_id: id } }, signal })),
  });
  const back = { to: "/payments/comparison", label: t("breaks") };
  return <Case of={difference} name={t("breaks")} back={back}>{(value) => <ShownBreak difference={value} back={back} />}</Case>;
}

function ShownBreak({ difference, back }: { difference: Break; back: { to: string; label: string } }) {
  const { at } = useSpoken();
  const [action, setAction] = useState<Schemas["BreakAction"] | null>(null);
  return (
    <>
      <PageHead back={back} title={<>{word(difference.class)}<Badge value={difference.state} /></>} name={word(difference.class)}>
        {difference.state === "open" && may("payments.manage") && (
          <>
            <button type="button" className="act-quiet" onClick={() => setAction("dismiss")}>{word("dismiss")}</button>
            <button type="button" className="act" onClick={() => setAction("write_off")}>{word("write_off")}</button>
          </>
        )}
      </PageHead>
      <div className="space-y-6">
        <Sheet title={t("details")}>
          <Facts
            of={[
              [t("provider"), word(difference.provider)],
              [t("providerRef"), <Mono key="ref">{difference.provider_reference}</Mono>],
              [t("opened"), at(difference.opened_at)],
              ...(difference.order_id ? [[t("theOrder"), <OrderLink key="order" id={difference.order_id} />] as [string, ReactNode]] : []),
              ...(difference.attempt_id ? [[t("attempt"), <Link key="attempt" className="link" to={`/payments/attempts/${difference.attempt_id}`}>{t("open")}</Link>] as [string, ReactNode]] : []),
              ...(difference.resolution ? [[t("resolved"), word(difference.resolution)] as [string, ReactNode]] : []),
              ...(difference.note ? [[t("note"), difference.note] as [string, ReactNode]] : []),
            ]}
          />
        </Sheet>
        <div className="grid gap-6 md:grid-cols-2">
          <Sheet title={t("ours")}><Json value={difference.ours} /></Sheet>
          <Sheet title={t("theirs")}><Json value={difference.theirs} /></Sheet>
        </div>
      </div>
      {action && (
        <NoteDialog
          title={word(action)}
          close={() => setAction(null)}
          keys={[["break", difference.id], ["breaks"], ["task"]]}
          send={(note, header) => take(api.POST("/api/v1/admin/payments/reconciliation-breaks/{break_id}/resolve/", { params: { path: { break_id: difference.id }, header }, body: { action, note } }))}
        />
      )}
    </>
  );
}
