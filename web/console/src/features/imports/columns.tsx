import { Autocomplete, Select } from "@mantine/core";
import table from "@/components/table.module.css";
import type { Looked } from "@/features/imports/imports";
import styles from "@/features/imports/imports.module.css";
import { consentIn, consentOf, type Kind, type Meaning, type Role, ROLES } from "@/features/imports/mapping";
import { useCodes, useWords } from "@/features/imports/words";

const NAMES: Partial<Record<Role, string[]>> = {
  identifier: ["member_id", "phone", "email", "pos_card"],
  trait: ["name", "given_name", "family_name", "birth_date", "gender", "city", "address", "tier"],
  property: ["total", "store", "coupon", "currency"],
  item: ["sku", "name", "price", "quantity"],
  consent: [],
};
const OF_EVENTS: Role[] = ["property", "item", "id", "group"];

interface Props {
  looked: Looked;
  kind: Kind;
  meanings: Record<string, Meaning>;
  change: (meanings: Record<string, Meaning>) => void;
}

/** Every column with some of its cells, and what it means. */
export function Columns({ looked, kind, meanings, change }: Props) {
  const w = useWords();
  const code = useCodes();
  const consent = consentIn(looked.suggestion ?? {});
  // Which words mean yes is guessed by the server: without a guess there is nothing to grant by.
  const rolesOf = (column: string) =>
    ROLES.filter((role) =>
      role === "consent" ? kind === "customers" && column === consent?.column : kind !== "customers" || !OF_EVENTS.includes(role),
    );
  const begun = (role: Role): Meaning => (role === "consent" && consent ? consentOf(consent) : { role, name: "", rest: {} });
  const put = (column: string, meaning: Meaning | null) => {
    const others = Object.fromEntries(Object.entries(meanings).filter(([name]) => name !== column));
    change(meaning ? { ...others, [column]: meaning } : others);
  };
  return (
    <table className={`${table["table"]} ${table["bare"]}`}>
      <thead>
        <tr>
          <th scope="col">{w("column")}</th>
          <th scope="col">{w("cells")}</th>
          <th scope="col">{w("meaning")}</th>
        </tr>
      </thead>
      <tbody>
        {looked.columns.map((column) => {
          const meaning = meanings[column];
          const names = meaning ? NAMES[meaning.role] : undefined;
          return (
            <tr key={column}>
              <th scope="row" data-data>
                {column}
              </th>
              <td className={styles["cells"]} data-data>
                {looked.rows
                  .map((row) => row[column] ?? "")
                  .filter(Boolean)
                  .slice(0, 3)
                  .join("、")}
              </td>
              <td>
                <div className={styles["row"]}>
                  <Select
                    aria-label={w("meaningOf", { column })}
                    w={170}
                    size="xs"
                    comboboxProps={{ keepMounted: false }}
                    data={rolesOf(column).map((role) => ({ value: role, label: code("role", role || "none") }))}
                    value={meaning?.role ?? ""}
                    onChange={(role) => put(column, role ? begun(role) : null)}
                    data-data
                  />
                  {meaning && names ? (
                    <Autocomplete
                      aria-label={w("nameOf", { column })}
                      w={170}
                      size="xs"
                      placeholder={w(meaning.role === "consent" ? "noticeHint" : "nameHint")}
                      data={names}
                      value={meaning.name}
                      onChange={(name) => put(column, { ...meaning, name })}
                      data-data
                    />
                  ) : null}
                </div>
                {meaning?.role === "consent" && consent ? (
                  <p className={styles["soft"]}>{w("consentWhy", { words: (consent.granted ?? []).join("、") })}</p>
                ) : null}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
