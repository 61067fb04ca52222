/** Giving money back: everything, an amount, or by line. */
import { useQueryClient } from "@tanstack/react-query";
import clsx from "clsx";
import { useState } from "react";
import type { Money } from "../../../../packages/api/client";
import { parseAmount } from "../../../../packages/shared/format";
import { type Schemas, api, take } from "../api";
import { t, useSpoken } from "../texts";
import { toast } from "../toasts";
import { Dialog, DialogActions, Failure, Field } from "../ui";
import { CountLines, type Counts, chosen } from "../units";
import { useWish } from "../wish";

type Order = Schemas["OrderView"];
type Refund = Schemas["RefundView"];
type Way = "whole" | "amount" | "lines";

const LOST = ["failed", "reversed"];

/** About what was paid for so many units of a line; the server shares it to the last santim. */
function share(line: Order["lines"][number], units: number): number {
  const paid = line.total.amount - line.discount.amount + line.tax.amount;
  return Math.floor((paid * units) / line.quantity);
}

export function RefundDialog({ order, refunds, close }: { order: Order; refunds: Refund[]; close: () => void }) {
  const { price } = useSpoken();
  const queries = useQueryClient();
  const [way, setWay] = useState<Way>("whole");
  const [typed, setTyped] = useState("");
  const [counts, setCounts] = useState<Counts>({});
  const [reason, setReason] = useState("");
  const [isTried, setTried] = useState(false);
  const currency = order.total.currency;
  const promised = refunds.filter((each) => !LOST.includes(each.state));
  const left: Money = { amount: order.total.amount - promised.reduce((sum, each) => sum + each.amount.amount, 0), currency };
  const given = (variant: string) => promised.flatMap((each) => each.lines).filter((line) => line.variant_id === variant).reduce((sum, line) => sum + line.quantity, 0);
  const byLine = order.lines.reduce((sum, line) => sum + share(line, counts[line.variant_id] ?? 0), 0);
  const amount = way === "whole" ? left : way === "amount" ? parseAmount(typed, currency) : { amount: Math.min(byLine, left.amount), currency };
  const { wish: give, changed } = useWish((key) => {
    const wanted = way === "lines" ? { lines: chosen(counts) } : { amount };
    const params = { header: { "Idempotency-Key": key } };
    return take(api.POST("/api/v1/admin/payments/refunds/", { params, body: { order_id: order.id, reason: reason.trim(), ...wanted } }));
  }, (refund) => {
    toast(t("refundAsked", { amount: price(refund.amount) }));
    void queries.invalidateQueries({ queryKey: ["order", order.id] });
    void queries.invalidateQueries({ queryKey: ["refunds"] });
    close();
  });
  const change = <T,>(set: (value: T) => void) => (value: T) => {
    changed();
    set(value);
  };
  const isSum = amount !== null && amount.amount > 0 && amount.amount <= left.amount;
  const isReady = way === "lines" ? chosen(counts).length > 0 : isSum;
  const submit = () => {
    setTried(true);
    if (isReady && reason.trim()) give.mutate();
  };
  return (
    <Dialog title={t("refund")} close={close} submit={submit}>
      <p className="text-muted">{t("refundable", { amount: price(left) })}</p>
      <div role="radiogroup" aria-label={t("refund")} className="grid grid-cols-3 gap-1 rounded-xl bg-well p-1">
        {([["whole", "refundWhole"], ["amount", "refundAmount"], ["lines", "refundLines"]] as const).map(([each, label]) => (
          <label key={each} className={clsx("flex min-h-11 cursor-pointer items-center justify-center rounded-lg px-2 text-center text-sm leading-tight has-focus-visible:outline-2 has-focus-visible:outline-accent", way === each && "bg-sheet font-medium shadow-raised")}>
            <input type="radio" className="sr-only" name="way" checked={way === each} onChange={() => change(setWay)(each)} />
            {t(label)}
          </label>
        ))}
      </div>
      {way === "amount" && (
        <Field label={t("amount")} inputMode="decimal" autoComplete="off" value={typed} onChange={(event) => change(setTyped)(event.target.value)} problem={isTried && !isReady ? t("badAmount") : undefined} />
      )}
      {way === "lines" && (
        <CountLines
          lines={order.lines.map((line) => ({ ...line, hint: price(line.unit_price), most: line.quantity - given(line.variant_id) }))}
          counts={counts}
          change={change(setCounts)}
        />
      )}
      <Field label={t("reason")} hint={t("reasonHint")} maxLength={500} value={reason} onChange={(event) => change(setReason)(event.target.value)} problem={isTried && !reason.trim() ? t("needed") : undefined} />
      {give.isError && <Failure error={give.error} />}
      <DialogActions>
        <button type="button" className="act-quiet" onClick={close}>{t("cancel")}</button>
        <button type="submit" className="act" disabled={give.isPending || !isReady}>{t("giveBack", { amount: price(isReady && amount ? amount : { amount: 0, currency }) })}</button>
      </DialogActions>
    </Dialog>
  );
}
