/** Signing in, a new account, signing out. */
import "./buying";
import { useState } from "preact/hooks";
import { Link } from "wouter-preact";
import { Refusal } from "../../../packages/api/client";
import { facts } from "../../../packages/shared/facts";
import { customer, register, signIn, signOut } from "./api";
import { cart, keepCart, loadCart } from "./cart";
import { Failure, Field, Heading, usePage } from "./parts";
import { language, t } from "./texts";

export function Account() {
  usePage(`${t("account")} · ${facts().shop_name}`);
  const [isMerged, setMerged] = useState(false);
  const known = customer.value;
  if (!known) return <Door merged={() => setMerged(true)} />;
  const leave = async () => {
    await signOut();
    keepCart(null);
    setMerged(false);
  };
  return (
    <div class="mx-auto max-w-md">
      <Heading>{`${known.first_name} ${known.last_name}`.trim() || t("account")}</Heading>
      <p class="mt-2 text-muted">{t("welcome", { email: known.email })}</p>
      {isMerged && <p class="mt-4 rounded-xl bg-accent-soft px-4 py-3" role="status">{t("merged")}</p>}
      <div class="mt-6 flex flex-wrap gap-3">
        <Link href="/orders" class="act">{t("orders")}</Link>
        <Link href="/cart" class="act-quiet">{t("cart")}</Link>
        <button type="button" class="act-quiet" onClick={leave}>{t("signOut")}</button>
      </div>
    </div>
  );
}

function Door({ merged }: { merged: () => void }) {
  const [isNew, setNew] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [isBusy, setBusy] = useState(false);
  const enter = async (form: HTMLFormElement) => {
    const text = (name: string) => String(new FormData(form).get(name) ?? "");
    const [email, password] = [text("email").trim(), text("password")];
    setBusy(true);
    setRefusal(null);
    try {
      if (isNew) {
        await register({ email, password, first_name: text("first_name"), last_name: text("last_name"), language: language.value });
      }
      const taken = cart.value?.items.length ? cart.value.id : null;
      const now = await signIn(email, password, taken);
      if (now) {
        keepCart(now);
        merged();
      } else {
        keepCart(null);
        await loadCart();
      }
    } catch (error) {
      setRefusal(error instanceof Refusal ? error : new Refusal(0, null, ""));
      setBusy(false);
    }
  };
  return (
    <form class="mx-auto max-w-md space-y-4" onSubmit={(event) => { event.preventDefault(); void enter(event.currentTarget); }}>
      <Heading>{isNew ? t("register") : t("signIn")}</Heading>
      {isNew && (
        <div class="grid gap-4 sm:grid-cols-2">
          <Field name="first_name" label={t("firstName")} autoComplete="given-name" problem={refusal?.at("/first_name") ?? ""} />
          <Field name="last_name" label={t("lastName")} autoComplete="family-name" problem={refusal?.at("/last_name") ?? ""} />
        </div>
      )}
      <Field name="email" label={t("email")} type="email" autoComplete="email" problem={refusal?.at("/email") ?? ""} />
      <Field
        name="password" label={t("password")} type="password"
        autoComplete={isNew ? "new-password" : "current-password"}
        hint={isNew ? t("passwordHint") : ""} problem={refusal?.at("/password") ?? ""}
      />
      {refusal && <Failure refusal={refusal} />}
      <button type="submit" class="act w-full" disabled={isBusy}>{isNew ? t("register") : t("signIn")}</button>
      <button type="button" class="link" onClick={() => setNew(!isNew)}>{isNew ? t("haveAccount") : t("noAccount")}</button>
    </form>
  );
}
