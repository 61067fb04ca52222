/** Telling other systems: endpoints, what was sent to them, what they answered. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { type ReactNode, useRef, useState } from "react";
import { Refusal, type Schemas, api, newKey, take } from "../api";
import { t, useSpoken } from "../texts";
import { toast } from "../toasts";
import { Badge, Bones, Choice, Dialog, DialogActions, Empty, Facts, Failure, Field, Filters, Json, List, Mono, PageHead, Sheet, Tabs, useList, useQueryState, words } from "../ui";
import { given } from "./payments";

type Endpoint = Schemas["EndpointView"];

const badly = (error: Error) => toast(error instanceof Refusal && error.status === 412 ? t("someoneChanged") : error.message || t("offline"), { isBad: true });
const tag = (version: number) => `"v${version}"`;

function Head({ children }: { children?: ReactNode }) {
  return (
    <>
      <PageHead title={t("webhooks")}>{children}</PageHead>
      <Tabs label={t("webhooks")} of={[{ to: "/webhooks", label: t("endpoints") }, { to: "/webhooks/deliveries", label: t("deliveries") }]} />
    </>
  );
}

export function Endpoints() {
  const [isNew, setNew] = useState(false);
  const list = useList(["endpoints"], (cursor, signal) => take(api.GET("/api/v1/admin/webhooks/endpoints/", { params: { query: { limit: 25, ...given({ cursor }) } }, signal })));
  return (
    <>
      <Head><button type="button" className="act" onClick={() => setNew(true)}>{t("newEndpoint")}</button></Head>
      <List
        label={t("endpoints")}
        list={list}
        id={(each) => each.id}
        to={(each) => `/webhooks/endpoints/${each.id}`}
        empty={<Empty icon="webhooks" title={t("noEndpoints")} text={t("noEndpointsText")}><button type="button" className="act" onClick={() => setNew(true)}>{t("newEndpoint")}</button></Empty>}
        columns={[
          { head: t("url"), cell: (each) => <Mono>{each.url}</Mono> },
          { head: t("description"), cell: (each) => each.description || "—" },
          { head: t("events"), cell: (each) => (each.events.length === 0 ? t("all") : each.events.join(", ")) },
          { head: t("state"), cell: (each) => <Badge value={each.state} /> },
        ]}
      />
      {isNew && <NewEndpoint close={() => setNew(false)} />}
    </>
  );
}

function EventBoxes({ chosen, choose }: { chosen: string[]; choose: (events: string[]) => void }) {
  const types = useQuery({
    queryKey: ["event-types"],
    staleTime: Infinity,
    queryFn: ({ signal }) => take(api.GET("/api/v1/admin/webhooks/event-types/", { signal })),
  });
  return (
    <fieldset>
      <legend className="mb-1 text-sm font-medium">{t("events")}</legend>
      <p className="mb-2 text-sm text-muted">{t("eventsHint")}</p>
      {types.isPending && <Bones lines={2} />}
      {types.isError && <Failure error={types.error} />}
      <div className="grid gap-x-4 sm:grid-cols-2">
        {types.data?.data.map((event) => (
          <label key={event} className="flex min-h-9 items-center gap-2 font-mono text-[0.8125rem]">
            <input type="checkbox" className="size-4 accent-(--accent)" checked={chosen.includes(event)} onChange={(input) => choose(input.target.checked ? [...chosen, event] : chosen.filter((each) => each !== event))} />
            {event}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function NewEndpoint({ close }: { close: () => void }) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [form, setForm] = useState({ url: "", description: "", events: [] as string[] });
  const key = useRef(newKey());
  const set = (part: Partial<typeof form>) => {
    key.current = newKey();
    setForm({ ...form, ...part });
  };
  const make = useMutation({
    mutationFn: () => {
      const params = { header: { "Idempotency-Key": key.current } };
      return take(api.POST("/api/v1/admin/webhooks/endpoints/", { params, body: { ...form, url: form.url.trim() } }));
    },
    onSuccess: () => void queries.invalidateQueries({ queryKey: ["endpoints"] }),
    onError: () => { key.current = newKey(); },
  });
  const refusal = make.error instanceof Refusal ? make.error : null;
  if (make.data) return <Secret secret={make.data.secret} close={() => { close(); void navigate({ to: `/webhooks/endpoints/${make.data.id}` }); }} />;
  return (
    <Dialog title={t("newEndpoint")} close={close} submit={() => make.mutate()}>
      <Field data-first label={t("url")} type="url" inputMode="url" placeholder="https://" value={form.url} onChange={(event) => set({ url: event.target.value })} problem={refusal?.at("/url")} />
      <Field label={t("description")} isOptional maxLength={200} value={form.description} onChange={(event) => set({ description: event.target.value })} problem={refusal?.at("/description")} />
      <EventBoxes chosen={form.events} choose={(events) => set({ events })} />
      {refusal && <Failure error={refusal} />}
      <DialogActions>
        <button type="button" className="act-quiet" onClick={close}>{t("cancel")}</button>
        <button type="submit" className="act" disabled={make.isPending || !form.url.trim()}>{t("create")}</button>
      </DialogActions>
    </Dialog>
  );
}

function Secret({ secret, close }: { secret: string; close: () => void }) {
  return (
    <Dialog title={t("secret")} close={close}>
      <p>{t("secretText")}</p>
      <p className="rounded-xl bg-well p-4 font-mono text-sm break-all select-all">{secret}</p>
      <DialogActions>
        <button type="button" className="act-quiet" onClick={() => void navigator.clipboard.writeText(secret).then(() => toast(t("copied")))}>{t("copy")}</button>
        <button type="button" className="act" onClick={close}>{t("close")}</button>
      </DialogActions>
    </Dialog>
  );
}

export function EndpointPage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const endpoint = useQuery({
    queryKey: ["endpoint", id],
    queryFn: ({ signal }) => take(api.GET("/api/v1/admin/webhooks/endpoints/{id}/", { params: { path: { id } }, signal })),
  });
  const back = { to: "/webhooks", label: t("endpoints") };
  if (endpoint.isPending) return <><PageHead title={t("loading")} back={back} /><Bones /></>;
  if (endpoint.isError) return <><PageHead title={t("endpoints")} back={back} /><Failure error={endpoint.error} again={() => void endpoint.refetch()} /></>;
  return <ShownEndpoint endpoint={endpoint.data} back={back} />;
}

function ShownEndpoint({ endpoint, back }: { endpoint: Endpoint; back: { to: string; label: string } }) {
  const { at } = useSpoken();
  const queries = useQueryClient();
  const [open, setOpen] = useState<"edit" | "delete" | null>(null);
  const [secret, setSecret] = useState<string | null>(null);
  const params = { path: { id: endpoint.id }, header: { "If-Match": tag(endpoint.version) } };
  const settle = (now: Endpoint) => {
    queries.setQueryData(["endpoint", endpoint.id], now);
    void queries.invalidateQueries({ queryKey: ["endpoints"] });
  };
  const isActive = endpoint.state === "active";
  const turn = useMutation({
    mutationFn: (pause: boolean) => take(pause ? api.POST("/api/v1/admin/webhooks/endpoints/{id}/pause/", { params }) : api.POST("/api/v1/admin/webhooks/endpoints/{id}/resume/", { params })),
    onSuccess: (now) => { settle(now); toast(t(now.state === "active" ? "resumed" : "paused")); },
    onError: badly,
  });
  const rotate = useMutation({
    mutationFn: () => take(api.POST("/api/v1/admin/webhooks/endpoints/{id}/rotate-secret/", { params })),
    onSuccess: ({ secret: next, ...now }) => { settle(now); setSecret(next); },
    onError: badly,
  });
  const test = useMutation({
    mutationFn: () => {
      const event = endpoint.events.find((name) => !name.includes("*")) ?? "order.paid";
      return take(api.POST("/api/v1/admin/webhooks/endpoints/{id}/test/", { params: { path: { id: endpoint.id }, header: { "Idempotency-Key": newKey() } }, body: { event } }));
    },
    onSuccess: () => { toast(t("tested")); void queries.invalidateQueries({ queryKey: ["deliveries"] }); },
    onError: badly,
  });
  return (
    <>
      <PageHead back={back} name={endpoint.url} title={<><span className="font-mono text-xl break-all">{endpoint.url}</span><Badge value={endpoint.state} /></>}>
        <button type="button" className="act-quiet" disabled={turn.isPending} onClick={() => turn.mutate(isActive)}>{isActive ? t("pause") : t("resume")}</button>
        <button type="button" className="act" disabled={test.isPending} onClick={() => test.mutate()}>{t("test")}</button>
      </PageHead>
      <div className="space-y-6">
        {(endpoint.reason || endpoint.failing_since) && (
          <p className="rounded-xl bg-warn-soft px-4 py-3">{endpoint.reason} {endpoint.failing_since && t("failingSince", { time: at(endpoint.failing_since) })}</p>
        )}
        <Sheet
          title={t("details")}
          aside={
            <>
              <button type="button" className="link text-sm" onClick={() => setOpen("edit")}>{t("description")}, {t("events")}…</button>
              <button type="button" className="link text-sm" disabled={rotate.isPending} onClick={() => rotate.mutate()}>{t("rotate")}</button>
              <button type="button" className="link text-sm text-bad" onClick={() => setOpen("delete")}>{t("delete")}</button>
            </>
          }
        >
          <Facts of={[[t("description"), endpoint.description || "—"], [t("events"), endpoint.events.length === 0 ? t("all") : endpoint.events.join(", ")], [t("sequence"), endpoint.last_sequence], [t("date"), at(endpoint.created_at)]]} />
        </Sheet>
        <h2 className="font-semibold">{t("deliveries")}</h2>
        <DeliveryList endpoint={endpoint.id} />
      </div>
      {secret && <Secret secret={secret} close={() => setSecret(null)} />}
      {open === "edit" && <EditEndpoint endpoint={endpoint} settle={settle} close={() => setOpen(null)} />}
      {open === "delete" && <DeleteEndpoint endpoint={endpoint} close={() => setOpen(null)} />}
    </>
  );
}

function EditEndpoint({ endpoint, settle, close }: { endpoint: Endpoint; settle: (now: Endpoint) => void; close: () => void }) {
  const [form, setForm] = useState({ url: endpoint.url, description: endpoint.description, events: endpoint.events });
  const save = useMutation({
    mutationFn: () => take(api.PATCH("/api/v1/admin/webhooks/endpoints/{id}/", { params: { path: { id: endpoint.id }, header: { "If-Match": tag(endpoint.version) } }, body: form })),
    onSuccess: (now) => { settle(now); toast(t("saved")); close(); },
  });
  return (
    <Dialog title={t("details")} close={close} submit={() => save.mutate()}>
      <Field label={t("url")} type="url" value={form.url} onChange={(event) => setForm({ ...form, url: event.target.value })} />
      <Field label={t("description")} isOptional maxLength={200} value={form.description} onChange={(event) => setForm({ ...form, description: event.target.value })} />
      <EventBoxes chosen={form.events} choose={(events) => setForm({ ...form, events })} />
      {save.isError && <Failure error={save.error} />}
      <DialogActions>
        <button type="button" className="act-quiet" onClick={close}>{t("cancel")}</button>
        <button type="submit" className="act" disabled={save.isPending}>{t("save")}</button>
      </DialogActions>
    </Dialog>
  );
}

/** Nothing brings it back, so its address is typed. */
function DeleteEndpoint({ endpoint, close }: { endpoint: Endpoint; close: () => void }) {
  const [typed, setTyped] = useState("");
  const queries = useQueryClient();
  const navigate = useNavigate();
  const drop = useMutation({
    mutationFn: () => take(api.DELETE("/api/v1/admin/webhooks/endpoints/{id}/", { params: { path: { id: endpoint.id }, header: { "If-Match": tag(endpoint.version) } } })),
    onSuccess: () => {
      toast(t("deleted"));
      void queries.invalidateQueries({ queryKey: ["endpoints"] });
      void navigate({ to: "/webhooks" });
    },
  });
  return (
    <Dialog title={t("delete")} close={close} submit={() => typed === endpoint.url && drop.mutate()}>
      <p>{t("deleteText")}</p>
      <p className="font-mono text-sm break-all">{endpoint.url}</p>
      <Field data-first label={t("url")} autoComplete="off" value={typed} onChange={(event) => setTyped(event.target.value)} />
      {drop.isError && <Failure error={drop.error} />}
      <DialogActions>
        <button type="button" className="act-quiet" onClick={close}>{t("cancel")}</button>
        <button type="submit" className="act" disabled={typed !== endpoint.url || drop.isPending}>{t("delete")}</button>
      </DialogActions>
    </Dialog>
  );
}

function DeliveryList({ endpoint }: { endpoint?: string }) {
  const { at } = useSpoken();
  const [{ state }] = useQueryState();
  const list = useList(["deliveries", endpoint, state], (cursor, signal) => {
    return take(api.GET("/api/v1/admin/webhooks/deliveries/", { params: { query: { limit: 25, ...given({ cursor, state, endpoint_id: endpoint }) } }, signal }));
  });
  return (
    <>
      <Filters><Choice name="state" label={t("state")} options={words("pending", "delivered", "dead")} /></Filters>
      <List
        label={t("deliveries")}
        list={list}
        id={(each) => each.id}
        to={(each) => `/webhooks/deliveries/${each.id}`}
        empty={<Empty icon="webhooks" title={state ? t("nothingMatches") : t("noDeliveries")} />}
        columns={[
          { head: t("event"), cell: (each) => <Mono>{each.event}</Mono> },
          { head: t("sequence"), cell: (each) => each.sequence },
          { head: t("state"), cell: (each) => <Badge value={each.state} /> },
          { head: t("attemptsMade"), cell: (each) => each.attempts, isFigure: true },
          { head: t("date"), cell: (each) => at(each.created_at), isFigure: true },
        ]}
      />
    </>
  );
}

export function Deliveries() {
  return (
    <>
      <Head />
      <DeliveryList />
    </>
  );
}

export function DeliveryPage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const { at } = useSpoken();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const delivery = useQuery({
    queryKey: ["delivery", id],
    queryFn: ({ signal }) => take(api.GET("/api/v1/admin/webhooks/deliveries/{id}/", { params: { path: { id } }, signal })),
  });
  const again = useMutation({
    mutationFn: () => take(api.POST("/api/v1/admin/webhooks/deliveries/{id}/redeliver/", { params: { path: { id }, header: { "Idempotency-Key": newKey() } } })),
    onSuccess: (made) => {
      toast(t("redelivered"));
      void queries.invalidateQueries({ queryKey: ["deliveries"] });
      const next = made.delivery_ids[0];
      if (next) void navigate({ to: `/webhooks/deliveries/${next}` });
    },
    onError: badly,
  });
  const back = { to: "/webhooks/deliveries", label: t("deliveries") };
  if (delivery.isPending) return <><PageHead title={t("loading")} back={back} /><Bones /></>;
  if (delivery.isError) return <><PageHead title={t("deliveries")} back={back} /><Failure error={delivery.error} again={() => void delivery.refetch()} /></>;
  const of = delivery.data;
  return (
    <>
      <PageHead back={back} name={of.event} title={<><span className="font-mono text-xl">{of.event}</span><Badge value={of.state} /></>}>
        <button type="button" className="act" disabled={again.isPending} onClick={() => again.mutate()}>{t("redeliver")}</button>
      </PageHead>
      <div className="space-y-6">
        <Sheet title={t("attemptsMade")}>
          {of.tries.length === 0 && <p className="text-muted">—</p>}
          <ol className="space-y-3">
            {of.tries.map((one, index) => (
              <li key={index}>
                <p className="flex flex-wrap items-center gap-x-4"><span className="font-medium">{one.status ?? one.error ?? "—"}</span><span className="text-muted">{t("took", { ms: one.took_ms })}</span><span className="ml-auto text-sm text-muted">{at(one.attempted_at)}</span></p>
                {one.answer && <pre tabIndex={0} className="mt-1 max-h-40 overflow-auto rounded-lg bg-well p-3 font-mono text-xs">{one.answer}</pre>}
              </li>
            ))}
          </ol>
        </Sheet>
        <Sheet title={t("body")}><Json value={of.body} /></Sheet>
      </div>
    </>
  );
}
