import { Pill } from "@mantine/core";
import type { Person } from "@/api/people";
import { PersonBox } from "@/components/person-box";
import { useWords } from "@/components/words";

interface Props {
  label: string;
  people: Person[];
  change: (people: Person[]) => void;
  /** So many at the most; who is chosen after that is left out. */
  max: number;
}

/** Find a few people, one after the other; each stands once, and can be taken out again. */
export function PeopleBox({ label, people, change, max }: Props) {
  const w = useWords();
  const others = (person: Person) => people.filter(({ profile_id }) => profile_id !== person.profile_id);
  return (
    <>
      <PersonBox label={label} choose={(person) => change([...others(person), person].slice(0, max))} />
      {people.length ? (
        <Pill.Group data-data>
          {people.map((one) => (
            <Pill
              key={one.profile_id}
              withRemoveButton
              removeButtonProps={{ "aria-label": w("personRemove", { name: one.name }), "aria-hidden": false }}
              onRemove={() => change(others(one))}
            >
              {one.name}
            </Pill>
          ))}
        </Pill.Group>
      ) : null}
    </>
  );
}
