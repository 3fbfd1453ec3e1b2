import { ShieldOff } from "lucide-react";
import { Mark } from "@/components/mark";
import { useNames } from "@/components/names";
import { Panel } from "@/components/page";
import { Coupons } from "@/features/people/coupons";
import type { Profile } from "@/features/people/people";
import styles from "@/features/people/profile-page.module.css";
import { WhyLink } from "@/components/why";
import { useCodes, useWords } from "@/features/people/words";
import { useFormat } from "@/lib/format";

/** What is known about a person, each with where it comes from. */
export function Facts({ profile }: { profile: Profile }) {
  const w = useWords();
  return (
    <aside className={styles["aside"]}>
      <Panel title={w("traits")}>
        <Traits traits={profile.traits} />
      </Panel>
      <Panel title={w("segments")}>
        {profile.segments.length ? (
          profile.segments.map((key) => (
            <WhyLink key={key} segment={key} profileId={profile.profile_id} />
          ))
        ) : (
          <p className={styles["none"]}>{w("noSegments")}</p>
        )}
      </Panel>
      <Panel title={w("tags")}>
        {profile.tags.length ? (
          <div className={styles["chips"]} data-data>
            {profile.tags.map((tag) => (
              <Mark key={tag}>{tag}</Mark>
            ))}
          </div>
        ) : (
          <p className={styles["none"]}>{w("noTags")}</p>
        )}
      </Panel>
      <Coupons of={profile.profile_id} />
      <Panel title={w("consents")}>
        <Consents consents={profile.consents} />
      </Panel>
    </aside>
  );
}

function Traits({ traits }: { traits: Profile["traits"] }) {
  const w = useWords();
  const called = useNames();
  const format = useFormat();
  const names = Object.keys(traits).sort();
  if (names.length === 0) return <p className={styles["none"]}>{w("noTraits")}</p>;
  return (
    <dl className={styles["traits"]}>
      {names.map((name) => {
        const trait = traits[name];
        if (!trait) return null;
        const label = called.trait(name);
        return (
          <div key={name} className={styles["trait"]}>
            <dt data-data={label === name ? true : undefined}>{label}</dt>
            <dd data-data>
              {typeof trait.value === "boolean" ? w(trait.value ? "yes" : "no") : written(trait.value)}
              <span className={styles["from"]}>
                {trait.source} · {format.moment(trait.at)}
              </span>
            </dd>
          </div>
        );
      })}
    </dl>
  );
}

function written(value: unknown): string {
  if (typeof value === "string" || typeof value === "number") return String(value);
  return JSON.stringify(value);
}

function Consents({ consents }: { consents: string[] }) {
  const w = useWords();
  const code = useCodes();
  if (consents.length === 0)
    return (
      <p className={styles["none"]}>
        <ShieldOff size={14} aria-hidden /> {w("noConsents")}
      </p>
    );
  return (
    <div className={styles["chips"]}>
      {consents.map((one) => {
        const [purpose = "", channel = ""] = one.split(":");
        return (
          <Mark key={one} tone="good">
            {code("consent", purpose)} · {code("channel", channel)}
          </Mark>
        );
      })}
    </div>
  );
}
