/** The pictures of a product: sent, put in order, described in each language, taken away. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type DragEvent, useRef, useState } from "react";
import { Refusal, type Schemas, api, newKey, send, take } from "../api";
import { Icon } from "../icons";
import { Ordering } from "../ordering";
import { t, useSpoken } from "../texts";
import { toast } from "../toasts";
import { Bones, Dialog, DialogActions, Failure, Field, Sheet } from "../ui";

type Pictures = Schemas["ProductImagesView"];
type Picture = Schemas["ImageAdminView"];

const KINDS = ["image/jpeg", "image/png", "image/webp"];
const tag = (version: number) => `"v${version}"`;

function read(id: string, signal?: AbortSignal): Promise<Pictures> {
  return take(api.GET("/api/v1/admin/catalogue/products/{id}/images/", { params: { path: { id } }, ...(signal ? { signal } : {}) }));
}

/** A file goes as it is: the client of the API speaks JSON alone. */
async function upload(id: string, file: File, key: string): Promise<void> {
  const headers = { "content-type": file.type || "application/octet-stream", "idempotency-key": key };
  const response = await send(new Request(new URL(`/api/v1/admin/catalogue/products/${id}/images/`, location.origin), { method: "POST", body: file, headers }));
  if (response.ok) return;
  const problem = (await response.json().catch(() => null)) as Schemas["Problem"] | null;
  throw new Refusal(response.status, problem, response.headers.get("x-request-id") ?? "");
}

/** The narrowest file that is wide enough for a thumbnail. */
export function thumbnail(picture: Picture): string {
  const sizes = Object.entries(picture.sizes as Record<string, string>).sort(([a], [b]) => Number(a) - Number(b));
  return sizes.find(([width]) => Number(width) >= 300)?.[1] ?? picture.url;
}

interface Sending {
  key: string;
  file: File;
  error: Refusal | null;
}

export function PicturesSheet({ product }: { product: string }) {
  const { said } = useSpoken();
  const queries = useQueryClient();
  const pictures = useQuery({ queryKey: ["images", product], queryFn: ({ signal }) => read(product, signal) });
  const [sending, setSending] = useState<Sending[]>([]);
  const [opened, setOpened] = useState<Picture | null>(null);
  const [isOver, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const settle = (now: Pictures) => {
    queries.setQueryData(["images", product], now);
    void queries.invalidateQueries({ queryKey: ["products"] });
  };
  const again = async () => settle(await read(product));
  const badly = async (error: Error) => {
    if (error instanceof Refusal && error.status === 412) await again().catch(() => {});
    toast(error instanceof Refusal && error.status === 412 ? t("someoneChanged") : error.message || t("offline"), { isBad: true });
  };
  /** One after the other, in the order in which they were chosen. */
  const sendAll = async (files: Sending[]) => {
    for (const one of files) {
      try {
        await upload(product, one.file, one.key);
        setSending((all) => all.filter((each) => each.key !== one.key));
        await again();
      } catch (error) {
        const refusal = error instanceof Refusal ? error : new Refusal(0, null, "");
        setSending((all) => all.map((each) => (each.key === one.key ? { ...each, error: refusal } : each)));
      }
    }
  };
  const add = (files: FileList | null) => {
    const chosen = [...(files ?? [])].map((file) => ({ key: newKey(), file, error: null }));
    setSending((all) => [...all.filter((each) => !each.error), ...chosen]);
    void sendAll(chosen);
  };
  const retry = (one: Sending) => {
    setSending((all) => all.map((each) => (each.key === one.key ? { ...each, error: null } : each)));
    void sendAll([one]);
  };
  const order = useMutation({
    mutationFn: ({ ids, version }: { ids: string[]; version: number }) => {
      const params = { path: { id: product }, header: { "If-Match": tag(version) } };
      return take(api.PUT("/api/v1/admin/catalogue/products/{id}/images/order/", { params, body: { image_ids: ids } }));
    },
    // Shown at once; put back if it is refused.
    onMutate: ({ ids }) => {
      const before = queries.getQueryData<Pictures>(["images", product]);
      if (before) queries.setQueryData(["images", product], { ...before, images: ids.flatMap((id) => before.images.find((each) => each.id === id) ?? []) });
      return before;
    },
    onSuccess: (now, _, before) => {
      settle(now);
      if (before) toast(t("orderSaved"), { undo: () => order.mutate({ ids: before.images.map((each) => each.id), version: now.version }) });
    },
    onError: (error, _, before) => {
      if (before) queries.setQueryData(["images", product], before);
      void badly(error);
    },
  });
  const drop = (event: DragEvent) => {
    setOver(false);
    if (event.dataTransfer.files.length === 0) return;
    event.preventDefault();
    add(event.dataTransfer.files);
  };
  const images = pictures.data?.images ?? [];
  const nameOf = (picture: Picture) => said(picture.alt) || t("pictureNumber", { n: images.indexOf(picture) + 1 });
  return (
    <Sheet
      title={t("pictures")}
      aside={<>
        <input ref={input} type="file" multiple accept={KINDS.join()} className="sr-only" tabIndex={-1} aria-label={t("addPictures")} onChange={(event) => { add(event.target.files); event.target.value = ""; }} />
        <button type="button" className="act-quiet" onClick={() => input.current?.click()}><Icon name="plus" className="size-4" />{t("addPictures")}</button>
      </>}
    >
      <div
        className={`rounded-xl border-2 border-dashed p-3 ${isOver ? "border-accent bg-accent-soft" : "border-line"}`}
        onDragOver={(event) => { if (event.dataTransfer.types.includes("Files")) { event.preventDefault(); setOver(true); } }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        {pictures.isPending && <Bones lines={2} />}
        {pictures.isError && <Failure error={pictures.error} again={() => void pictures.refetch()} />}
        {pictures.isSuccess && images.length + sending.length === 0 && <p className="px-2 py-6 text-center text-muted">{t("noPictures")}</p>}
        <Ordering
          label={t("pictures")} rows={images} id={(each) => each.id} name={nameOf} isBusy={order.isPending}
          className="grid grid-cols-2 gap-3 sm:grid-cols-3 xl:grid-cols-4"
          order={(rows) => order.mutate({ ids: rows.map((each) => each.id), version: pictures.data?.version ?? 0 })}
        >
          {(picture, at, handle) => (
            <figure className="relative rounded-xl bg-well p-1.5">
              <button type="button" className="block w-full" aria-label={`${t("details")}: ${nameOf(picture)}`} onClick={() => setOpened(picture)}>
                <img src={thumbnail(picture)} alt="" width="300" height="300" loading="lazy" draggable={false} className="aspect-square w-full rounded-lg bg-sheet object-cover" />
              </button>
              {at === 0 && <span className="pointer-events-none absolute top-3 left-3 rounded-full bg-ink px-2 py-0.5 text-xs text-ground">{t("coverPicture")}</span>}
              <figcaption className="flex items-center gap-1 pt-1">
                <span className="mr-auto truncate pl-1 text-xs text-muted">{said(picture.alt) || t("noAlt")}</span>
                {handle}
              </figcaption>
            </figure>
          )}
        </Ordering>
        {sending.length > 0 && (
          <ul className="mt-3 space-y-2" role="status">
            {sending.map((one) => (
              <li key={one.key} className="flex flex-wrap items-center gap-3 rounded-lg bg-well px-3 py-2 text-sm">
                <span className="mr-auto min-w-0 truncate">{one.file.name}</span>
                {one.error ? <span className="text-bad">{one.error.status === 0 ? t("offline") : one.error.message || t("failed")}</span> : <span className="text-muted">{t("sending")}</span>}
                {one.error && <button type="button" className="link min-h-9" onClick={() => retry(one)}>{t("retry")}</button>}
                {one.error && <button type="button" className="grid size-9 place-items-center" aria-label={`${t("close")}: ${one.file.name}`} onClick={() => setSending((all) => all.filter((each) => each.key !== one.key))}><Icon name="close" className="size-4" /></button>}
              </li>
            ))}
          </ul>
        )}
      </div>
      <p className="mt-2 text-sm text-muted">{t("picturesHint")}</p>
      {opened && pictures.data && <PictureDialog product={product} picture={opened} version={pictures.data.version} settle={settle} badly={badly} close={() => setOpened(null)} />}
    </Sheet>
  );
}

interface PictureProps {
  product: string;
  picture: Picture;
  version: number;
  settle: (now: Pictures) => void;
  badly: (error: Error) => Promise<void>;
  close: () => void;
}

function PictureDialog({ product, picture, version, settle, badly, close }: PictureProps) {
  const alt = picture.alt as Record<string, string>;
  const [form, setForm] = useState({ en: alt.en ?? "", am: alt.am ?? "" });
  const params = { path: { id: product, image_id: picture.id }, header: { "If-Match": tag(version) } };
  const isBad = !form.en.trim() && Boolean(form.am.trim());
  const save = useMutation({
    mutationFn: () => {
      const said = Object.fromEntries(Object.entries(form).filter(([, text]) => text.trim()).map(([language, text]) => [language, text.trim()]));
      return take(api.PATCH("/api/v1/admin/catalogue/products/{id}/images/{image_id}/", { params, body: { alt: { ...Object.fromEntries(Object.entries(alt).filter(([language]) => !(language in form))), ...said } as Schemas["Texts"] } }));
    },
    onSuccess: (now) => { settle(now); toast(t("saved")); close(); },
    onError: (error) => void badly(error),
  });
  const drop = useMutation({
    mutationFn: () => take(api.DELETE("/api/v1/admin/catalogue/products/{id}/images/{image_id}/", { params })),
    onSuccess: (now) => { settle(now); toast(t("pictureGone")); close(); },
    onError: (error) => void badly(error),
  });
  return (
    <Dialog title={t("picture")} close={close} submit={() => !isBad && save.mutate()}>
      <img src={picture.url} alt={alt.en ?? ""} className="mx-auto max-h-64 rounded-xl bg-well object-contain" />
      <p className="text-sm text-muted">{t("altHint")}</p>
      <Field data-first label={t("altEn")} maxLength={200} value={form.en} onChange={(event) => setForm({ ...form, en: event.target.value })} problem={isBad ? t("needed") : undefined} />
      <Field label={t("altAm")} lang="am" isOptional maxLength={200} value={form.am} onChange={(event) => setForm({ ...form, am: event.target.value })} />
      <DialogActions>
        <button type="button" className="act-quiet mr-auto text-bad" disabled={drop.isPending} onClick={() => drop.mutate()}>{t("takePicture")}</button>
        <button type="button" className="act-quiet" onClick={close}>{t("cancel")}</button>
        <button type="submit" className="act" disabled={save.isPending}>{t("save")}</button>
      </DialogActions>
    </Dialog>
  );
}
