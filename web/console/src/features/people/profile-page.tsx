import { Tabs } from "@mantine/core";
import { History, Waypoints } from "lucide-react";
import { lazy, Suspense, useEffect } from "react";
import { useParams, useSearchParams } from "react-router";
import { Face } from "@/components/face";
import { kindOf, shownValue, useNamespaces } from "@/components/identifiers";
import { NamespaceIcon } from "@/components/namespace-icon";
import { Mark } from "@/components/mark";
import { Failed, Waiting } from "@/components/states";
import { Facts } from "@/features/people/facts";
import { type Profile, useProfile } from "@/features/people/people";
import styles from "@/features/people/profile-page.module.css";
import { Timeline } from "@/features/people/timeline";
import { useWords } from "@/features/people/words";
import { useFormat } from "@/lib/format";

/** The identifiers that say who somebody is, in the order they are read. */
const SHOWN = ["member_id", "phone", "email", "pos_card"];

const Graph = lazy(async () => ({ default: (await import("@/features/people/graph")).Graph }));

/** One person, whole: who they are, what is known, what happened, and why we think it is one person. */
export function ProfilePage() {
  const { profileId = "" } = useParams();
  const profile = useProfile(profileId);
  if (profile.data) return <Whole profile={profile.data} />;
  if (profile.error) return <Failed error={profile.error} retry={() => void profile.refetch()} />;
  return (
    <div className={styles["head"]}>
      <div className={styles["words"]}>
        <Waiting rows={6} height={64} />
      </div>
    </div>
  );
}

function Whole({ profile }: { profile: Profile }) {
  const w = useWords();
  const [search, setSearch] = useSearchParams();
  const tab = search.get("tab") === "graph" ? "graph" : "timeline";
  return (
    <>
      <Header profile={profile} />
      <div className={styles["columns"]}>
        <Tabs
          value={tab}
          onChange={(chosen) => setSearch(chosen === "graph" ? { tab: "graph" } : {}, { replace: true })}
          keepMounted={false}
        >
          <Tabs.List mb="md">
            <Tabs.Tab value="timeline" leftSection={<History size={15} aria-hidden />}>
              {w("timeline")}
            </Tabs.Tab>
            <Tabs.Tab value="graph" leftSection={<Waypoints size={15} aria-hidden />}>
              {w("graph")}
            </Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="timeline">
            <Timeline profileId={profile.profile_id} />
          </Tabs.Panel>
          <Tabs.Panel value="graph">
            <Suspense fallback={<Waiting rows={1} height={420} />}>
              <Graph profileId={profile.profile_id} />
            </Suspense>
          </Tabs.Panel>
        </Tabs>
        <Facts profile={profile} />
      </div>
    </>
  );
}

function Header({ profile }: { profile: Profile }) {
  const w = useWords();
  const format = useFormat();
  const called = useNamespaces();
  const { identifiers, traits } = profile;
  const kinds = new Set(identifiers.map(({ namespace }) => kindOf(namespace)));
  const bound = kinds.has("line") && kinds.has("member_id");
  const tier = traits["tier"]?.value;
  const picture = traits["picture_url"]?.value;
  const name = profile.name || w("nameless");
  useEffect(() => {
    document.title = `${name} · Tieline`;
  }, [name]);
  return (
    <header className={styles["head"]}>
      <Face name={profile.name} picture={typeof picture === "string" && picture ? picture : undefined} size={60} />
      <div className={styles["words"]}>
        <h1 className={styles["name"]}>
          <span data-data={profile.name ? true : undefined}>{name}</span>
          <Mark tone={profile.line_friend_of.length ? "line" : "plain"}>
            {w(profile.line_friend_of.length ? "friend" : "notFriend")}
          </Mark>
          <Mark tone={bound ? "accent" : "plain"}>{w(bound ? "bound" : "unbound")}</Mark>
          {typeof tier === "string" && tier ? (
            <Mark tone="warn">
              <span data-data>{tier}</span>
            </Mark>
          ) : null}
        </h1>
        <div className={styles["contact"]}>
          {identifiers
            .filter(({ namespace }) => SHOWN.includes(namespace))
            .sort((one, two) => SHOWN.indexOf(one.namespace) - SHOWN.indexOf(two.namespace))
            .map((one) => {
              return (
                <span key={one.namespace + one.value} data-data>
                  <NamespaceIcon namespace={one.namespace} size={14} aria-label={called(one.namespace)} />
                  {shownValue(one)}
                </span>
              );
            })}
          <span>{w("firstSeen", { when: format.date(profile.first_seen_at) })}</span>
        </div>
      </div>
    </header>
  );
}
