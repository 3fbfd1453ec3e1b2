import { Button, Checkbox, Modal, Select, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { type FormEvent, useState } from "react";
import { useSegments } from "@/api/segments";
import { useNamespaces } from "@/components/identifiers";
import { SecretOnce } from "@/components/secret-once";
import { Failed } from "@/components/states";
import { useWords as useCommon } from "@/components/words";
import { type Destination, draftOf, NAMESPACES, useSaveDestination } from "@/features/destinations/destinations";
import { useWords } from "@/features/destinations/words";
import styles from "@/features/destinations/destinations.module.css";

/** Add a system that is told of a segment, or change one; a new signing secret is shown once. */
export function DestinationForm({ of, close }: { of?: Destination; close: () => void }) {
  const w = useWords();
  const common = useCommon();
  const namespace = useNamespaces();
  const save = useSaveDestination();
  const segments = useSegments().data?.segments ?? [];
  const [draft, setDraft] = useState(() => draftOf(of));

  function submit(event: FormEvent) {
    event.preventDefault();
    save.mutate(draft, {
      onSuccess: ({ secret }) => {
        notifications.show({ message: w("saved") });
        if (!secret) close();
      },
    });
  }

  if (save.data?.secret) return <SecretOnce secret={save.data.secret} says={w} close={close} />;
  return (
    <Modal opened onClose={close} title={of ? w("change", { key: of.key }) : w("add")} closeButtonProps={{ "aria-label": common("close") }}>
      <form className={styles["stack"]} onSubmit={submit}>
        {of ? null : (
          <TextInput
            label={w("key")}
            description={w("keyWhy")}
            required
            withAsterisk={false}
            pattern="[a-z0-9][a-z0-9_\-]*"
            maxLength={64}
            value={draft.key}
            onChange={(event) => setDraft({ ...draft, key: event.currentTarget.value })}
          />
        )}
        <Select
          label={w("segment")}
          required
          withAsterisk={false}
          allowDeselect={false}
          searchable
          comboboxProps={{ keepMounted: false }}
          data={segments.map(({ key, name }) => ({ value: key, label: name }))}
          value={draft.segment || null}
          onChange={(segment) => setDraft({ ...draft, segment: segment ?? "" })}
          data-data
        />
        <TextInput
          label={w("url")}
          type="url"
          placeholder="https://"
          required
          withAsterisk={false}
          maxLength={500}
          value={draft.url}
          onChange={(event) => setDraft({ ...draft, url: event.currentTarget.value })}
          data-data
        />
        <Checkbox.Group label={w("identifiers")} value={draft.identifiers} onChange={(identifiers) => setDraft({ ...draft, identifiers })}>
          <div className={styles["choices"]}>
            {NAMESPACES.map((one) => (
              <Checkbox key={one} value={one} label={namespace(one)} />
            ))}
          </div>
        </Checkbox.Group>
        <TextInput label={w("consentWhy")} maxLength={200} value={draft.without_consent} onChange={(event) => setDraft({ ...draft, without_consent: event.currentTarget.value })} data-data />
        {of ? (
          <Checkbox label={w("newSecret")} description={w("newSecretWhy")} checked={draft.new_secret} onChange={(event) => setDraft({ ...draft, new_secret: event.currentTarget.checked })} />
        ) : null}
        {save.error ? <Failed error={save.error} small /> : null}
        <div>
          <Button type="submit" loading={save.isPending} disabled={!draft.segment || draft.identifiers.length === 0}>
            {common("save")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
