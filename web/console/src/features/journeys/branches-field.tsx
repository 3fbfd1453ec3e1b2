import { ActionIcon, Button, Input, NumberInput, TextInput } from "@mantine/core";
import { Plus, X } from "lucide-react";
import type { KindField } from "@/features/journeys/definition";
import styles from "@/features/journeys/form.module.css";
import { useWords } from "@/features/journeys/words";

interface Branch {
  name: string;
  data?: string;
  share?: number;
  next?: string;
}

interface BranchesFieldProps {
  label: string;
  field: Pick<KindField, "write">;
  value: unknown;
  change: (branches: Branch[]) => void;
  error?: string | undefined;
}

/** Branches or buttons: how each is called, what it sends or how much of the people it gets. Where it leads is drawn. */
export function BranchesField({ label, field, value, change, error }: BranchesFieldProps) {
  const w = useWords();
  const branches = Array.isArray(value) ? (value as Branch[]) : [];
  const [, least = "1", most = "10"] = /(\d+) to (\d+)/.exec(field.write) ?? [];
  const shares = field.write.includes('"share"');
  const sends = field.write.includes('"data"');
  const put = (at: number, values: Partial<Branch>) =>
    change(branches.map((branch, other) => (other === at ? { ...branch, ...values } : branch)));
  const next = String.fromCharCode(97 + branches.length);
  return (
    <Input.Wrapper label={label} error={error} labelElement="div">
      <div className={styles["stack"]}>
        {branches.map((branch, at) => (
          <div key={at} className={styles["branch"]}>
            <TextInput
              aria-label={w("branchName", { number: at + 1 })}
              value={branch.name}
              onChange={(event) => put(at, { name: event.currentTarget.value })}
              data-data
            />
            {shares ? (
              <NumberInput
                aria-label={w("branchShare", { number: at + 1 })}
                suffix="%"
                min={1}
                max={99}
                allowDecimal={false}
                value={branch.share ?? 0}
                onChange={(share) => put(at, { share: Number(share) })}
              />
            ) : null}
            {sends ? (
              <TextInput
                aria-label={w("branchData", { number: at + 1 })}
                placeholder={w("branchData", { number: at + 1 })}
                value={branch.data ?? ""}
                onChange={(event) => put(at, { data: event.currentTarget.value })}
                data-data
              />
            ) : null}
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={w("removeBranch", { number: at + 1 })}
              disabled={branches.length <= Number(least)}
              onClick={() => change(branches.filter((_, other) => other !== at))}
            >
              <X size={14} aria-hidden />
            </ActionIcon>
          </div>
        ))}
        <Button
          variant="subtle"
          size="compact-xs"
          className={styles["begin"] ?? ""}
          leftSection={<Plus size={13} aria-hidden />}
          disabled={branches.length >= Number(most)}
          onClick={() => change([...branches, { name: next, ...(shares ? { share: 10 } : {}), ...(sends ? { data: next } : {}) }])}
        >
          {w("addBranch")}
        </Button>
      </div>
    </Input.Wrapper>
  );
}
