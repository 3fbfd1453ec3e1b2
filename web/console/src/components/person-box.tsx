import { Combobox, InputBase, useCombobox } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useState } from "react";
import { type Person, usePeople } from "@/api/people";
import { useWords } from "@/components/words";

/** Find a person by name, phone or member number. What is typed goes in a body, never into an address. */
export function PersonBox({ label, description, choose }: { label: string; description?: string; choose: (person: Person) => void }) {
  const w = useWords();
  const [text, setText] = useState("");
  const [asked] = useDebouncedValue(text, 150);
  const found = usePeople(asked);
  const combobox = useCombobox();
  return (
    <Combobox
      store={combobox}
      onOptionSubmit={(id) => {
        const person = found.data?.people.find(({ profile_id }) => profile_id === id);
        if (person) choose(person);
        setText("");
        combobox.closeDropdown();
      }}
    >
      <Combobox.Target>
        <InputBase
          label={label}
          description={description}
          placeholder={w("personHint")}
          value={text}
          autoComplete="off"
          onFocus={() => combobox.openDropdown()}
          onBlur={() => combobox.closeDropdown()}
          onChange={(event) => {
            setText(event.currentTarget.value);
            combobox.openDropdown();
          }}
        />
      </Combobox.Target>
      <Combobox.Dropdown hidden={asked.trim() === ""}>
        <Combobox.Options data-data>
          {(found.data?.people ?? []).map((person) => (
            <Combobox.Option key={person.profile_id} value={person.profile_id}>
              {person.name || person.profile_id.slice(0, 8)}
            </Combobox.Option>
          ))}
          {found.error ? <Combobox.Empty role="alert">{w("personLost")}</Combobox.Empty> : null}
          {found.data?.people.length === 0 ? <Combobox.Empty>{w("personNone")}</Combobox.Empty> : null}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}
