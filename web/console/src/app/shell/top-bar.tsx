import type { Me } from "@/api/me";
import { AccountMenu } from "@/app/shell/account-menu";
import styles from "@/app/shell/shell.module.css";

export function TopBar({ me }: { me: Me }) {
  return (
    <div className={styles["top"]}>
      <div className={styles["gap"]} />
      <AccountMenu me={me} />
    </div>
  );
}
