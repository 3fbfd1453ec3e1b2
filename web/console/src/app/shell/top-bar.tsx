import type { Me } from "@/api/me";
import { AccountMenu } from "@/app/shell/account-menu";
import { Bell } from "@/app/shell/bell";
import { QuotaBadge } from "@/app/shell/quota-badge";
import { SearchBox } from "@/app/shell/search-box";
import styles from "@/app/shell/shell.module.css";

export function TopBar({ me }: { me: Me }) {
  return (
    <div className={styles["top"]}>
      {me.permissions.includes("people.read") ? <SearchBox /> : null}
      <div className={styles["gap"]} />
      <QuotaBadge />
      <Bell />
      <AccountMenu me={me} />
    </div>
  );
}
