import { Button, Checkbox, Modal, SegmentedControl, TextInput } from "@mantine/core";
import { type FormEvent, useId, useState } from "react";
import { SecretOnce } from "@/components/secret-once";
import { Failed } from "@/components/states";
import { useWords as useCommon } from "@/components/words";
import { type Keys, useMakeKey } from "@/features/settings/keys";
import { useWords } from "@/features/settings/keys-words";
import styles from "@/features/settings/settings.module.css";
import { useCodes } from "@/features/settings/words";

const DAYS = ["30", "90", "365", "none"] as const;

/** Ask what a key is for and what it may do, then show it, once. */
export function MakeKey({ scopes, close }: { scopes: Keys["scopes"]; close: () => void }) {
  const w = useWords();
  const common = useCommon();
  const code = useCodes();
  const make = useMakeKey();
  const label = useId();
  const [name, setName] = useState("");
  const [chosen, setChosen] = useState<string[]>([]);
  const [days, setDays] = useState<(typeof DAYS)[number]>("90");

  function submit(event: FormEvent) {
    event.preventDefault();
    make.mutate({ name, scopes: chosen, days: days === "none" ? null : Number(days) });
  }

  if (make.data) return <SecretOnce secret={make.data.secret} says={w} close={close} />;
  return (
    <Modal opened onClose={close} size="lg" title={w("make")} closeButtonProps={{ "aria-label": common("close") }}>
      <form className={styles["stack"]} onSubmit={submit}>
        <TextInput
          label={w("name")}
          placeholder={w("nameHint")}
          required
          withAsterisk={false}
          maxLength={80}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          data-autofocus
        />
        <Checkbox.Group label={w("scopes")} description={w("scopesWhy")} value={chosen} onChange={setChosen}>
          <div className={styles["scopes"]} style={{ marginTop: 10 }}>
            {scopes
              .filter(({ yours }) => yours)
              .map((scope) => (
                <Checkbox key={scope.name} value={scope.name} label={code("scope", scope.name)} />
              ))}
          </div>
        </Checkbox.Group>
        <div>
          <div id={label}>{w("days")}</div>
          <SegmentedControl
            aria-labelledby={label}
            data={DAYS.map((one) => ({ value: one, label: w(`days.${one}`) }))}
            value={days}
            onChange={setDays}
          />
        </div>
        {make.error ? <Failed error={make.error} small /> : null}
        <Button type="submit" loading={make.isPending} disabled={chosen.length === 0}>
          {w("submit")}
        </Button>
      </form>
    </Modal>
  );
}
