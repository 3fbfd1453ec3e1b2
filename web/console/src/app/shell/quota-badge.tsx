import { Tooltip } from "@mantine/core";
import { Link } from "react-router";
import { type AccountMonth, useQuota } from "@/api/quota";
import styles from "@/app/shell/shell.module.css";
import { useWords } from "@/app/shell/words";
import { useFormat } from "@/lib/format";

/** On every page: how many messages the plan still includes this month. */
export function QuotaBadge() {
  const w = useWords();
  const format = useFormat();
  const accounts = useQuota().data?.accounts ?? [];
  const limited = accounts.filter((one): one is AccountMonth & { left: number } => one.left !== null);
  if (limited.length === 0) return null;
  const left = limited.reduce((sum, one) => sum + one.left, 0);
  return (
    <Tooltip
      label={accounts
        .map((one) => `${one.name}：${one.left === null ? w("unlimited") : format.number(one.left)}`)
        .join("\n")}
    >
      <Link to="/" className={styles["quota"] ?? ""}>
        <span className={styles["quotaDot"]} aria-hidden />
        {w("quota")} <strong>{w("messages", { count: left })}</strong>
      </Link>
    </Tooltip>
  );
}
