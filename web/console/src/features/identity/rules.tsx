import { Button } from "@mantine/core";
import { useState } from "react";
import { useMay } from "@/api/me";
import { AsOf } from "@/components/figure";
import { useNamespaces } from "@/components/identifiers";
import { NamespaceIcon } from "@/components/namespace-icon";
import { Panel } from "@/components/page";
import { Failed, Waiting } from "@/components/states";
import styles from "@/features/identity/identity.module.css";
import { type RuleCard, type RulesAtWork, useRules } from "@/features/identity/rule-book";
import { RuleChanges } from "@/features/identity/rule-changes";
import { RuleEditor } from "@/features/identity/rule-editor";
import { useCodes, useWords } from "@/features/identity/rule-words";

/** The rules of who is one person, as sentences: the strongest identifier first. */
export function Rules() {
  const w = useWords();
  const may = useMay();
  const rules = useRules();
  const [open, setOpen] = useState(false);
  if (rules.error) return <Failed error={rules.error} retry={() => void rules.refetch()} />;
  if (!rules.data) return <Waiting rows={4} height={120} />;
  const found = rules.data;
  const decides = may("identity.rules");
  return (
    <>
      <div className={styles["head"]}>
        <h2>{found.shipped ? w("shipped") : w("own", { version: found.version })}</h2>
        <AsOf at={found.as_of} />
        <span className={styles["gap"]} />
        <Button variant="default" onClick={() => setOpen(true)}>
          {w(decides ? "edit" : "look")}
        </Button>
      </div>
      <div className={styles["grid"]}>
        {found.rules.identifiers.map((one, at) => (
          <Card key={one.namespace} of={one} rank={at + 1} />
        ))}
        <Everybody of={found.rules} />
      </div>
      <RuleChanges versions={found.versions} decides={decides} />
      <RuleEditor opened={open} close={() => setOpen(false)} text={found.text} decides={decides} />
    </>
  );
}

function Card({ of, rank }: { of: RuleCard; rank: number }) {
  const w = useWords();
  const called = useNamespaces();
  const name = of.namespace === "other" ? w("other") : called(of.namespace);
  const said = [
    w("limit", { count: of.limit }),
    of.names_a_person && w("names"),
    of.latest_account_holds && w("latestHolds"),
    of.changes_hands && w("changesHands"),
    of.verified_only && w("verifiedOnly"),
    of.shared_above > 0 && w("sharedAbove", { count: of.shared_above }),
    of.passes_on_after_days > 0 && w("passesOn", { count: of.passes_on_after_days }),
    of.expires_after_days > 0 && w("expires", { count: of.expires_after_days }),
    of.blocked > 0 && w("blocked", { count: of.blocked }),
    of.allowed > 0 && w("allowed", { count: of.allowed }),
  ].filter((one) => one !== false);
  return (
    <Panel label={name}>
      <div className={styles["rule"]}>
        <NamespaceIcon namespace={of.namespace} size={17} aria-hidden />
        <h3>{name}</h3>
        <span className={styles["faint"]}>{rank === 1 ? w("strongest") : w("rank", { rank })}</span>
      </div>
      <Sentences said={said} />
    </Panel>
  );
}

function Everybody({ of }: { of: RulesAtWork }) {
  const w = useWords();
  const code = useCodes();
  const said = [
    ...of.never_together.map((one) => w("never", { what: code("trait", one) })),
    of.largest_profile > 0 && w("profileMax", { count: of.largest_profile }),
    of.largest_zone > 0 && w("zoneMax", { count: of.largest_zone }),
    of.line_providers_apart && w("providersApart"),
    ...of.linking_basis.map((providers) => w("basis", { providers: providers.join(", ") })),
    w("asks", { percent: of.ask_when_merging_percent }),
  ].filter((one) => one !== false);
  return (
    <Panel label={w("everybody")}>
      <div className={styles["rule"]}>
        <h3>{w("everybody")}</h3>
      </div>
      <Sentences said={said} />
    </Panel>
  );
}

function Sentences({ said }: { said: string[] }) {
  return (
    <ul className={styles["sentences"]}>
      {said.map((one) => (
        <li key={one}>{one}</li>
      ))}
    </ul>
  );
}
