/** Signing in: as a page before anything, as a dialog over whatever was being done. */
import { useState } from "react";
import { facts } from "../../../packages/shared/facts";
import { signIn } from "./api";
import { t } from "./texts";
import { Dialog, Failure, Field } from "./ui";

function Form({ email: known }: { email: string }) {
  const [email, setEmail] = useState(known);
  const [password, setPassword] = useState("");
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const { demo } = facts();
  const enter = async () => {
    setBusy(true);
    setError(null);
    try {
      await signIn(email.trim(), password);
    } catch (refusal) {
      setError(refusal);
      setBusy(false);
    }
  };
  return (
    <form className="space-y-4" onSubmit={(event) => { event.preventDefault(); void enter(); }}>
      <Field label={t("email")} type="email" name="email" autoComplete="username" required value={email} onChange={(event) => setEmail(event.target.value)} />
      <Field label={t("password")} type="password" name="password" autoComplete="current-password" required value={password} onChange={(event) => setPassword(event.target.value)} />
      {error !== null && <Failure error={error} />}
      <button type="submit" className="act w-full" disabled={isBusy}>{isBusy ? t("loading") : t("signIn")}</button>
      {demo?.staff_password && (
        <button type="button" className="act-quiet w-full" onClick={() => { setEmail(demo.staff_email); setPassword(demo.staff_password ?? ""); }}>
          {t("demoFill")}
        </button>
      )}
    </form>
  );
}

export function DoorPage() {
  return (
    <main className="grid min-h-dvh place-items-center p-4">
      <div className="w-full max-w-sm">
        <p className="mb-1 text-sm text-muted">{facts().shop_name}</p>
        <h1 className="mb-1 text-2xl font-semibold tracking-tight">{t("signIn")}</h1>
        <p className="mb-6 text-muted">{t("signInText")}</p>
        <Form email="" />
      </div>
    </main>
  );
}

export function DoorDialog({ email }: { email: string }) {
  return (
    <Dialog title={t("sessionOver")} close={() => {}} isFirm>
      <p className="text-muted">{t("sessionOverText")}</p>
      <Form email={email} />
    </Dialog>
  );
}
