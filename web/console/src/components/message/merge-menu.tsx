import { Button, Popover, Select, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { UserRoundPen } from "lucide-react";
import { useState } from "react";
import { useNames } from "@/components/names";
import { useDraft } from "@/components/message/draft";
import { mergeField } from "@/components/message/merge";
import styles from "@/components/message/message.module.css";
import { useTraits } from "@/api/vocabulary";
import { useWords } from "@/components/message/words";

/** What most messages begin with. */
const FIRST = "name";

/** Put something of the person into the field that was written in last, with what stands there for whom it is unknown. */
export function MergeMenu() {
  const w = useWords();
  const names = useNames();
  const { insert } = useDraft();
  const [opened, { toggle, close }] = useDisclosure(false);
  const known = useTraits();
  const traits = known.data?.length ? known.data : [FIRST];
  const [trait, setTrait] = useState("");
  const [otherwise, setOtherwise] = useState("");
  const chosen = trait || (traits.includes(FIRST) ? FIRST : (traits[0] ?? FIRST));
  // What is offered before the list is there could be chosen, and be another one when it comes.
  const offered = known.isLoading ? [] : traits;
  return (
    <Popover opened={opened} onChange={(open) => (open ? null : close())} position="bottom-end" width={300} trapFocus withArrow>
      <Popover.Target>
        <Button variant="default" leftSection={<UserRoundPen size={15} aria-hidden />} onClick={toggle}>
          {w("merge")}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <form
          className={styles["form"]}
          onSubmit={(event) => {
            event.preventDefault();
            if (insert(mergeField(chosen, otherwise))) close();
            else notifications.show({ message: w("mergeNowhere"), color: "yellow" });
          }}
        >
          <Select
            label={w("mergeTrait")}
            searchable
            comboboxProps={{ keepMounted: false, withinPortal: false }}
            data={offered.map((one) => ({ value: one, label: names.trait(one) }))}
            value={known.isLoading ? null : chosen}
            onChange={(one) => setTrait(one ?? "")}
            data-data
          />
          <TextInput
            label={w("mergeOtherwise")}
            description={w("mergeOtherwiseWhy")}
            value={otherwise}
            onChange={(event) => setOtherwise(event.currentTarget.value)}
          />
          <Button type="submit" disabled={known.isLoading}>
            {w("mergeInsert")}
          </Button>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
