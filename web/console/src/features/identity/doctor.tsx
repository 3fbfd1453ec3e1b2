import { CircleCheck } from "lucide-react";
import type { ReactNode } from "react";
import { Link } from "react-router";
import { AsOf } from "@/components/figure";
import { shownValue, useNamespaces } from "@/components/identifiers";
import { Panel } from "@/components/page";
import { Failed, Waiting } from "@/components/states";
import styles from "@/features/identity/identity.module.css";
import { type DoctorReport, readReason, useDoctor } from "@/features/identity/identity";
import { useCodes, useWords } from "@/features/identity/words";

/** The state of who is who: what a steward should look at. */
export function Doctor() {
  const doctor = useDoctor();
  if (doctor.error) return <Failed error={doctor.error} retry={() => void doctor.refetch()} />;
  if (!doctor.data) return <Waiting rows={4} height={120} />;
  return <Report report={doctor.data} />;
}

function Report({ report }: { report: DoctorReport }) {
  const w = useWords();
  const called = useNamespaces();
  const code = useCodes();
  const reason = (text: string) => {
    const { kind, about } = readReason(text);
    return code("reason", kind, { what: kind === "veto" ? code("trait", about) : called(about) });
  };
  return (
    <div className={styles["grid"]}>
      <Findings title={w("shared")} why={w("sharedWhy")} as_of={report.as_of}>
        {report.most_shared.slice(0, 10).map((one) => (
          <li key={one.namespace + one.value}>
            <span data-data>
              {called(one.namespace)} {shownValue(one)}
            </span>
            <span>{w("seenWith", { count: one.seen_with })}</span>
          </li>
        ))}
      </Findings>
      <Findings title={w("zones")} why={w("zonesWhy")} as_of={report.as_of}>
        {report.largest_zones
          .filter(({ profiles }) => profiles > 1)
          .slice(0, 10)
          .map((one) => (
            <li key={one.example}>
              <span>{w("zone", { identifiers: one.identifiers, people: one.profiles })}</span>
              <Link to={`/people/${one.example}?tab=graph`}>{w("example")}</Link>
            </li>
          ))}
      </Findings>
      <Findings title={w("rejected")} why={w("rejectedWhy")} as_of={report.as_of}>
        {report.rejected.map((one) => (
          <li key={one.reason}>
            <span>{reason(one.reason)}</span>
            <span>{w("links", { count: one.links })}</span>
          </li>
        ))}
      </Findings>
      <Findings title={w("atLimit")} why={w("atLimitWhy")} as_of={report.as_of}>
        {report.at_limit.map((one) => (
          <li key={one.namespace}>
            <span>{w("limitOf", { namespace: called(one.namespace), limit: one.limit })}</span>
            <span>{w("people", { count: one.profiles })}</span>
          </li>
        ))}
      </Findings>
    </div>
  );
}

interface FindingsProps {
  title: string;
  why: string;
  as_of: string;
  children: ReactNode[];
}

function Findings({ title, why, as_of, children }: FindingsProps) {
  const w = useWords();
  return (
    <Panel title={title} aside={<AsOf at={as_of} />}>
      <p className={styles["why"]}>{why}</p>
      {children.length ? (
        <ul className={styles["lines"]}>{children}</ul>
      ) : (
        <p className={styles["faint"]}>
          <CircleCheck size={14} aria-hidden /> {w("clean")}
        </p>
      )}
    </Panel>
  );
}
