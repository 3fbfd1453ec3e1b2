import { Button, NumberInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { type FormEvent, useState } from "react";
import { Failed } from "@/components/states";
import { type Model, type Thresholds, useUseModel } from "@/features/traits/traits";
import styles from "@/features/traits/traits.module.css";
import { useCodes, useWords } from "@/features/traits/words";

/** The borders between classes. Changing them computes every segment that uses the model anew. */
export function ThresholdForm({ model, thresholds, locked }: { model: Model; thresholds: Thresholds; locked: boolean }) {
  const w = useWords();
  const code = useCodes();
  const use = useUseModel();
  const [form, setForm] = useState(thresholds);
  const changed = JSON.stringify(form) !== JSON.stringify(thresholds);

  function submit(event: FormEvent) {
    event.preventDefault();
    use.mutate({ model, thresholds: form }, { onSuccess: () => notifications.show({ message: w("thresholdsSaved") }) });
  }

  return (
    <form className={styles["stack"]} onSubmit={submit}>
      <p className={styles["soft"]}>{w("thresholdsWhy")}</p>
      <div className={styles["fields"]}>
        {Object.entries(form).flatMap(([name, value]) =>
          typeof value === "number"
            ? [
                <NumberInput
                  key={name}
                  label={code("border", name)}
                  min={0.01}
                  disabled={locked}
                  value={value}
                  onChange={(next) => setForm({ ...form, [name]: Number(next) })}
                />,
              ]
            : [],
        )}
      </div>
      {Object.entries(form).flatMap(([name, value]) =>
        Array.isArray(value)
          ? [
              <fieldset key={name} className={styles["row"]}>
                <legend>{code("border", name)}</legend>
                {value.map((one, at) => (
                  <NumberInput
                    key={at}
                    aria-label={w("borderOf", { name: code("border", name), number: 5 - at })}
                    leftSection={<span className={styles["soft"]}>{5 - at}</span>}
                    min={1}
                    thousandSeparator
                    disabled={locked}
                    value={one}
                    onChange={(next) => setForm({ ...form, [name]: value.map((before, index) => (index === at ? Number(next) : before)) })}
                  />
                ))}
              </fieldset>,
            ]
          : [],
      )}
      {use.error ? <Failed error={use.error} small /> : null}
      {locked ? null : (
        <Button type="submit" className={styles["begin"] ?? ""} disabled={!changed} loading={use.isPending}>
          {w("saveThresholds")}
        </Button>
      )}
    </form>
  );
}
