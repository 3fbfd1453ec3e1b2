import { Button } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Plus, Sigma, Trash2 } from "lucide-react";
import { Link } from "react-router";
import { useMay } from "@/api/me";
import { AsOf } from "@/components/figure";
import { Mark } from "@/components/mark";
import { Page, Panel } from "@/components/page";
import { Blank, Failed, Waiting } from "@/components/states";
import { Bars } from "@/features/traits/bars";
import { MakeTrait } from "@/features/traits/make";
import { useSaid } from "@/features/traits/said";
import { type Trait, type TraitShown, useDrop, useTrait, useTraits } from "@/features/traits/traits";
import styles from "@/features/traits/traits.module.css";
import { useCodes, useWords } from "@/features/traits/words";
import { useFormat } from "@/lib/format";

/** What is worked out of history for every person, and how people spread over it. */
export function TraitsPage() {
  const w = useWords();
  const may = useMay()("segments.write");
  const traits = useTraits();
  const [making, { open, close }] = useDisclosure(false);
  const create = may ? (
    <Button leftSection={<Plus size={16} aria-hidden />} onClick={open}>
      {w("create")}
    </Button>
  ) : null;
  return (
    <Page title={w("title")} lead={w("lead")} actions={traits.data?.traits.length ? create : null}>
      {traits.data ? (
        traits.data.traits.length ? (
          <div className={styles["cards"]}>
            {traits.data.traits.map((one) => (
              <Card key={one.key} of={one} may={may} />
            ))}
          </div>
        ) : (
          <Blank icon={Sigma} title={w("none")} action={create}>
            {w("noneWhy")} <Link to="/lifecycle">{w("lifecycle")}</Link>
          </Blank>
        )
      ) : traits.error ? (
        <Failed error={traits.error} retry={() => void traits.refetch()} />
      ) : (
        <Waiting rows={4} height={120} />
      )}
      {making ? <MakeTrait close={close} /> : null}
    </Page>
  );
}

function Card({ of, may }: { of: Trait; may: boolean }) {
  const w = useWords();
  const said = useSaid();
  const found = useTrait(of.key);
  const drop = useDrop();
  const used = found.data?.used_by ?? [];
  return (
    <Panel label={of.name}>
      <div className={styles["head"]}>
        <h2 data-data>{of.name}</h2>
        {of.model ? <Mark tone="accent">{w("ofModel")}</Mark> : null}
        {may && found.data && used.length === 0 && !of.model ? (
          <Button variant="subtle" color="red" size="compact-xs" leftSection={<Trash2 size={13} aria-hidden />} loading={drop.isPending} onClick={() => drop.mutate(of.key)}>
            {w("drop")}
          </Button>
        ) : null}
      </div>
      <p className={styles["soft"]}>{said(of)}</p>
      {found.data ? (
        <>
          <Picture of={found.data} />
          {used.length ? <p className={styles["soft"]}>{w("usedBy", { count: used.length })}</p> : null}
          <AsOf at={found.data.as_of} />
        </>
      ) : found.error ? (
        <Failed error={found.error} retry={() => void found.refetch()} small />
      ) : (
        <Waiting rows={3} height={20} />
      )}
      {drop.error ? <Failed error={drop.error} small /> : null}
    </Panel>
  );
}

function Picture({ of }: { of: TraitShown }) {
  const w = useWords();
  const code = useCodes();
  const format = useFormat();
  const ranged = ({ from, below }: { from: number | null; below: number | null }) =>
    from === null ? w("range.below", { below: below ?? 0 }) : below === null ? w("range.from", { from }) : w("range", { from, below });
  const told = (value: string | number | boolean) => (typeof value === "number" ? format.number(value) : String(value));
  const rows =
    of.classes ??
    of.ranges?.map(({ people, ...range }) => ({ label: ranged(range), people })) ??
    (of.most ?? []).slice(0, 8).map(({ value, people }) => ({ label: told(value), people }));
  if (rows.length === 0) return <p className={styles["soft"]}>{w("nothing")}</p>;
  const model = of.model?.model ?? "";
  return (
    <Bars
      label={of.name}
      without={of.without}
      of={rows.map(({ label, people }) => ({ label, people, name: model && model !== "rfm" ? `${label} ${code(model, label)}` : label, why: "" }))}
    />
  );
}
