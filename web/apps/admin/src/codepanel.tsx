/** `</>`: the calls that this screen made, as curl and as TypeScript. */
import { useState } from "react";
import { type Call, calls, useWatched } from "./api";
import { Icon } from "./icons";
import { t } from "./texts";
import { toast } from "./toasts";
import { Dialog } from "./ui";

const TELLING = ["if-match", "idempotency-key", "content-type"];

function told(call: Call): [string, string][] {
  return Object.entries(call.headers).filter(([name]) => TELLING.includes(name));
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

const isFile = (call: Call) => call.headers["content-type"]?.startsWith("image/") ?? false;

export function asCurl(call: Call): string {
  const lines = [`curl ${call.method === "GET" ? "" : `-X ${call.method} `}${quoted(location.origin + call.path)}`, '-H "authorization: Bearer $TOKEN"'];
  for (const [name, value] of told(call)) lines.push(`-H ${quoted(`${name}: ${value}`)}`);
  if (call.body) lines.push(`-d ${quoted(call.body)}`);
  else if (isFile(call)) lines.push("--data-binary @picture.jpg");
  return lines.join(" \\\n  ");
}

export function asTypeScript(call: Call): string {
  const headers = [["authorization", "Bearer ${token}"], ...told(call)].map(([name, value]) => {
    return `    ${JSON.stringify(name)}: ${name === "authorization" ? "`Bearer ${token}`" : JSON.stringify(value)},`;
  });
  const body = call.body ? `\n  body: JSON.stringify(${call.body}),` : isFile(call) ? "\n  body: file," : "";
  const method = call.method === "GET" ? "" : `\n  method: ${JSON.stringify(call.method)},`;
  return `const response = await fetch(${JSON.stringify(location.origin + call.path)}, {${method}\n  headers: {\n${headers.join("\n")}\n  },${body}\n});\nconst answer = await response.json();`;
}

export function CodePanel({ since, close }: { since: number; close: () => void }) {
  const all = useWatched(calls);
  const here = all.filter((call) => call.id > since && !call.path.startsWith("/auth/"));
  const [language, setLanguage] = useState<"curl" | "ts">("curl");
  const [chosen, setChosen] = useState<number | null>(null);
  const call = here.find((each) => each.id === chosen) ?? here[0];
  const code = call ? (language === "curl" ? asCurl(call) : asTypeScript(call)) : "";
  return (
    <Dialog title={t("showApi")} close={close} isWide>
      <p className="text-muted">{t("apiText")} <a className="link" href="/api/docs/">{t("apiDocs")}</a></p>
      <ul className="max-h-48 divide-y divide-line overflow-auto rounded-xl border border-line" tabIndex={0}>
        {here.map((each) => (
          <li key={each.id}>
            <button type="button" aria-pressed={each.id === call?.id} onClick={() => setChosen(each.id)} className={`grid w-full grid-cols-[3.5rem_1fr_auto] gap-x-3 px-3 py-2 text-left font-mono text-xs ${each.id === call?.id ? "bg-well" : "hover:bg-well"}`}>
              <span>{each.method}</span>
              <span className="break-all">{each.path}</span>
              <span className={each.status >= 400 || each.status === 0 ? "text-bad" : "text-accent"}>{each.status || "—"} · {Math.round(each.ms)} ms</span>
            </button>
          </li>
        ))}
      </ul>
      {call && (
        <div>
          <div className="mb-2 flex gap-2">
            {(["curl", "ts"] as const).map((each) => (
              <button key={each} type="button" aria-pressed={language === each} onClick={() => setLanguage(each)} className={`min-h-9 rounded-full border px-4 text-sm ${language === each ? "border-ink bg-ink text-ground" : "border-line"}`}>
                {each === "curl" ? "curl" : "TypeScript"}
              </button>
            ))}
            <button type="button" className="ml-auto inline-flex min-h-9 items-center gap-2 rounded-full px-3 text-sm hover:bg-well" onClick={() => void navigator.clipboard.writeText(code).then(() => toast(t("copied")))}>
              <Icon name="copy" className="size-4" />{t("copy")}
            </button>
          </div>
          <pre tabIndex={0} className="max-h-72 overflow-auto rounded-xl bg-well p-4 font-mono text-xs leading-relaxed">{code}</pre>
          <p className="mt-2 font-mono text-xs text-muted">{t("reference", { id: call.requestId || "—" })}</p>
        </div>
      )}
    </Dialog>
  );
}
