/** Files of the API: they ask for the session's token, which an address alone does not carry. */
import { useMutation } from "@tanstack/react-query";
import { Refusal, send } from "./api";
import { t } from "./texts";
import { toast } from "./toasts";

export async function fetchFile(path: string): Promise<Blob> {
  const response = await send(new Request(new URL(path, location.origin)));
  if (!response.ok) throw new Refusal(response.status, null, response.headers.get("x-request-id") ?? "");
  return response.blob();
}

interface CsvProps {
  path: string;
  /** What the file is called. */
  name: string;
  query?: Record<string, string>;
}

export function DownloadCsv({ path, name, query = {} }: CsvProps) {
  const csv = useMutation({
    mutationFn: () => fetchFile(`${path}?${new URLSearchParams(query)}`),
    onSuccess: (file) => {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(file);
      link.download = name;
      link.click();
      URL.revokeObjectURL(link.href);
    },
    onError: (error) => toast(error.message || t("failed"), { isBad: true }),
  });
  return <button type="button" className="act-quiet" disabled={csv.isPending} onClick={() => csv.mutate()}>{t("exportCsv")}</button>;
}
