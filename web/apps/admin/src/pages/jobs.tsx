/** What the shop does in the background: how much there is of each kind, and what was given up. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { type Schemas, api, take } from "../api";
import { t, useSpoken, word } from "../texts";
import { toast } from "../toasts";
import { Badge, Bones, Choice, Empty, Facts, Failure, Filters, Json, List, Mono, PageHead, Rows, Sheet, useList, useQueryState, words } from "../ui";
import { given } from "./payments";

type Job = Schemas["JobView"];

const STATES = () => [...words("job_ready", "job_running", "job_done", "job_discarded").map((each) => ({ ...each, value: each.value.slice(4) })), { value: "all", label: t("all") }];
const badge = (state: string) => <Badge value={state === "dead" ? "dead" : `job_${state}`} />;

export function Jobs() {
  const { at } = useSpoken();
  const [{ state = "dead", kind }, change] = useQueryState();
  const kinds = useQuery({ queryKey: ["jobs", "kinds"], refetchInterval: 5_000, queryFn: ({ signal }) => take(api.GET("/api/v1/admin/jobs/kinds/", { signal })) });
  const asked = state === "all" ? undefined : state;
  const list = useList(["jobs", asked, kind], (cursor, signal) => take(api.GET("/api/v1/admin/jobs/", { params: { query: { limit: 25, ...given({ cursor, state: asked, kind }) } }, signal })));
  return (
    <>
      <PageHead title={t("jobs")} />
      <div className="space-y-6">
        <div>
          <Filters>
            <Choice name="state" label={t("state")} options={STATES()} first={word("dead")} />
            {kind && <button type="button" className="act-quiet" onClick={() => change({ kind: undefined })}><Mono>{kind}</Mono> ×</button>}
          </Filters>
          <List
            label={t("jobs")}
            list={list}
            id={(each) => each.id}
            to={(each) => `/jobs/${each.id}`}
            empty={<Empty icon="check" title={t(state === "dead" && !kind ? "noDeadJobs" : "nothingMatches")} />}
            columns={[
              { head: t("class"), cell: (each) => <Mono>{each.kind}</Mono> },
              { head: t("state"), cell: (each) => badge(each.state) },
              { head: t("jobDueAt"), cell: (each) => at(each.finished_at ?? each.run_at) },
              { head: t("attemptsMade"), cell: (each) => `${each.attempts} / ${each.attempts_max}`, isFigure: true },
            ]}
          />
        </div>
        <Sheet title={t("jobKinds")} flush>
          {kinds.isPending && <Bones />}
          {kinds.isError && <div className="p-5"><Failure error={kinds.error} again={() => void kinds.refetch()} /></div>}
          {kinds.data && (
            <Rows
              label={t("jobKinds")}
              rows={kinds.data.data}
              id={(each) => each.kind}
              columns={[
                { head: t("class"), cell: (each) => <button type="button" className="link text-left" onClick={() => change({ kind: each.kind, state: "all" })}><Mono>{each.kind}</Mono></button> },
                { head: t("queue"), cell: (each) => <>{each.queue} <span className="text-muted">· {word(`job_${each.priority}`)}</span></> },
                { head: t("jobWaiting"), cell: (each) => each.ready, isFigure: true },
                { head: t("jobDue"), cell: (each) => <>{each.due}{each.due_since && <span className="block text-sm text-muted">{at(each.due_since)}</span>}</>, isFigure: true },
                { head: word("job_running"), cell: (each) => each.running, isFigure: true },
                { head: word("dead"), cell: (each) => (each.dead > 0 ? <span className="font-semibold text-bad">{each.dead}</span> : 0), isFigure: true },
              ]}
            />
          )}
        </Sheet>
      </div>
    </>
  );
}

export function JobPage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const job = useQuery({ queryKey: ["jobs", "one", id], queryFn: ({ signal }) => take(api.GET("/api/v1/admin/jobs/{id}/", { params: { path: { id } }, signal })) });
  const back = { to: "/jobs", label: t("jobs") };
  if (job.isPending) return <><PageHead title={t("loading")} back={back} /><Bones /></>;
  if (job.isError) return <><PageHead title={t("jobs")} back={back} /><Failure error={job.error} again={() => void job.refetch()} /></>;
  return <Shown job={job.data} />;
}

function Shown({ job }: { job: Job }) {
  const { at } = useSpoken();
  const queries = useQueryClient();
  const change = useMutation({
    mutationFn: (what: "retry" | "discard") => {
      const init = { params: { path: { id: job.id } } };
      return what === "retry" ? take(api.POST("/api/v1/admin/jobs/{id}/retry/", init)) : take(api.POST("/api/v1/admin/jobs/{id}/discard/", init));
    },
    onSuccess: () => {
      toast(t("saved"));
      void queries.invalidateQueries({ queryKey: ["jobs"] });
    },
    onError: (error) => toast(error.message || t("offline"), { isBad: true }),
  });
  return (
    <>
      <PageHead back={{ to: "/jobs", label: t("jobs") }} name={job.kind} title={<><Mono>{job.kind}</Mono>{badge(job.state)}</>}>
        {job.state === "dead" && <button type="button" className="act-quiet" disabled={change.isPending} onClick={() => change.mutate("discard")}>{t("putAway")}</button>}
        {(job.state === "dead" || job.state === "discarded") && <button type="button" className="act" disabled={change.isPending} onClick={() => change.mutate("retry")}>{t("retry")}</button>}
      </PageHead>
      <div className="space-y-6">
        <Sheet title={t("details")}>
          <Facts of={[[t("date"), at(job.created_at)], [t("jobDueAt"), at(job.run_at)], [t("attemptsMade"), `${job.attempts} / ${job.attempts_max}`], [t("failure"), job.last_error], [t("jobEnded"), job.finished_at && at(job.finished_at)]]} />
        </Sheet>
        <Sheet title={t("body")}><Json value={job.payload ?? {}} /></Sheet>
      </div>
    </>
  );
}
