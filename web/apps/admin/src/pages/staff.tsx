/** Who is here and what they may do; who changed what. */
import { useQuery } from "@tanstack/react-query";
import { api, may, take } from "../api";
import { t, useSpoken } from "../texts";
import { Bones, Empty, Facts, Failure, Json, List, Mono, PageHead, Sheet, useList } from "../ui";
import { given } from "./payments";

export function StaffPage() {
  const me = useQuery({ queryKey: ["me"], queryFn: ({ signal }) => take(api.GET("/api/v1/admin/me/", { signal })) });
  useSpoken();
  return (
    <>
      <PageHead title={t("staff")} />
      <div className="space-y-8">
        <Sheet title={t("you")}>
          {me.isPending && <Bones lines={2} />}
          {me.isError && <Failure error={me.error} again={() => void me.refetch()} />}
          {me.data && <Facts of={[[t("who"), me.data.name], [t("email"), me.data.email], [t("rights"), me.data.is_superuser ? t("superuser") : me.data.permissions.join(", ")]]} />}
        </Sheet>
        {may("staff.manage") && <Audit />}
      </div>
    </>
  );
}

function Audit() {
  const { at } = useSpoken();
  const list = useList(["audit"], (cursor, signal) => take(api.GET("/api/v1/admin/audit/", { params: { query: { limit: 25, ...given({ cursor }) } }, signal })));
  return (
    <section>
      <h2 className="font-semibold">{t("audit")}</h2>
      <p className="mb-4 text-muted">{t("auditText")}</p>
      <List
        label={t("audit")}
        list={list}
        id={(each) => each.id}
        empty={<Empty icon="staff" title={t("noAudit")} />}
        columns={[
          { head: t("action"), cell: (each) => <Mono>{each.action}</Mono> },
          { head: t("who"), cell: (each) => each.staff_email ?? "—" },
          { head: t("date"), cell: (each) => at(each.occurred_at) },
          {
            head: t("details"),
            cell: (each) => (
              <details className="text-left">
                <summary className="link">{each.subject_kind}</summary>
                <div className="grid max-w-[80vw] gap-2 py-2">
                  <span className="text-sm text-muted">{t("before")}</span><Json value={each.before ?? null} />
                  <span className="text-sm text-muted">{t("after")}</span><Json value={each.after ?? null} />
                </div>
              </details>
            ),
          },
        ]}
      />
    </section>
  );
}
