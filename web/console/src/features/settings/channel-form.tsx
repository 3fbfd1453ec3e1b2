import { Button, Checkbox, Modal, NumberInput, PasswordInput, Select, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { type FormEvent, useState } from "react";
import { useAccountNames } from "@/api/names";
import { Failed } from "@/components/states";
import { useWords as useCommon } from "@/components/words";
import { begun, bodyOf, type Channel, FIELDS, KINDS, type Kind, type Said, useSetChannel } from "@/features/settings/channels";
import { useCodes, useWords } from "@/features/settings/channel-words";
import styles from "@/features/settings/settings.module.css";

const SECURITY = [
  { value: "tls", label: "TLS (465)" },
  { value: "starttls", label: "STARTTLS (587)" },
  { value: "none", label: "—" },
];

/** Set a channel up, or change one: what its kind has to be told, and what a message costs. */
export function ChannelForm({ of, close }: { of?: Channel; close: () => void }) {
  const w = useWords();
  const code = useCodes();
  const common = useCommon();
  const set = useSetChannel();
  const [kind, setKind] = useState<Kind>(of?.kind ?? "email");
  const [key, setKey] = useState(of?.key ?? "");
  const [price, setPrice] = useState<string | number>(of?.price ?? "");
  const [said, setSaid] = useState<Said>((of?.settings as Said | undefined) ?? begun("email"));

  function submit(event: FormEvent) {
    event.preventDefault();
    const body = bodyOf(kind, said, String(price), of?.state ?? "live");
    set.mutate(
      { key, body },
      {
        onSuccess: () => {
          notifications.show({ message: w("saved") });
          close();
        },
      },
    );
  }

  return (
    <Modal
      opened
      onClose={close}
      title={of ? w("change", { key: of.key }) : w("add")}
      closeButtonProps={{ "aria-label": common("close") }}
    >
      <form className={styles["stack"]} onSubmit={submit}>
        {of ? null : (
          <>
            <Select
              label={w("kind")}
              description={w(`kindWhy.${kind}`)}
              allowDeselect={false}
              comboboxProps={{ keepMounted: false }}
              data={KINDS.map((one) => ({ value: one, label: w(`kind.${one}`) }))}
              value={kind}
              onChange={(next) => {
                setKind(next ?? kind);
                setSaid(begun(next ?? kind));
              }}
            />
            <TextInput
              label={w("key")}
              description={w("keyWhy")}
              required
              withAsterisk={false}
              pattern="[a-z0-9][a-z0-9\-]*"
              maxLength={64}
              value={key}
              onChange={(event) => setKey(event.currentTarget.value)}
            />
          </>
        )}
        {Object.entries(FIELDS[kind]).map(([name, asked]) => (
          <One
            key={name}
            asked={asked}
            label={code("field", name)}
            hint={code("hint", name) === name ? "" : code("hint", name)}
            value={said[name]}
            change={(value) => setSaid({ ...said, [name]: value })}
          />
        ))}
        <NumberInput label={w("price")} min={0} max={1000} decimalScale={4} value={price} onChange={setPrice} />
        {set.error ? <Failed error={set.error} small /> : null}
        <div>
          <Button type="submit" loading={set.isPending}>
            {common("save")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}

interface OneProps {
  asked: string;
  label: string;
  hint: string;
  value: string | number | boolean | undefined;
  change: (value: string | number | boolean) => void;
}

function One({ asked, label, hint, value, change }: OneProps) {
  const accounts = useAccountNames();
  const written = typeof value === "string" ? value : "";
  switch (asked) {
    case "switch":
      return <Checkbox label={label} description={hint} checked={value === true} onChange={(event) => change(event.currentTarget.checked)} />;
    case "number":
      return <NumberInput label={label} min={1} max={65_535} value={typeof value === "number" ? value : ""} onChange={change} />;
    case "secret":
      return (
        <PasswordInput label={label} description={hint} autoComplete="new-password" value={written} onChange={(event) => change(event.currentTarget.value)} />
      );
    case "security":
    case "account":
      return (
        <Select
          label={label}
          allowDeselect={false}
          comboboxProps={{ keepMounted: false }}
          data={asked === "security" ? SECURITY : Object.entries(accounts).map(([key, name]) => ({ value: key, label: name }))}
          value={written || null}
          onChange={(next) => change(next ?? "")}
          data-data
        />
      );
    default:
      return <TextInput label={label} placeholder={hint} value={written} onChange={(event) => change(event.currentTarget.value)} />;
  }
}
