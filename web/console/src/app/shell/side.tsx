import { NavLink } from "react-router";
import type { Me } from "@/api/me";
import { LanguageMenu } from "@/components/language-menu";
import { GROUPS, PLACES, type Place } from "@/app/shell/navigation";
import { SchemeMenu } from "@/components/scheme-menu";
import styles from "@/app/shell/shell.module.css";
import { useWords } from "@/app/shell/words";
import icon from "@/components/icon.svg";

/** The menu: only what the person may open. */
export function Side({ me }: { me: Me }) {
  const w = useWords();
  const open = PLACES.filter(({ needs }) => !needs || me.permissions.includes(needs));
  return (
    <nav className={styles["side"]} aria-label={w("navigation")}>
      <NavLink to="/" className={styles["brand"] ?? ""}>
        <img src={icon} alt="" />
        <span className={styles["brandWords"]}>
          <span>{w("product")}</span>
          <span className={styles["workspace"]} data-data>
            {me.workspace.name}
          </span>
        </span>
      </NavLink>
      <Places of={open.filter((place) => !place.group)} />
      {GROUPS.map((group) => {
        const places = open.filter((place) => place.group === group);
        return places.length ? (
          <div key={group}>
            <div className={styles["group"]}>{w(`group.${group}`)}</div>
            <Places of={places} />
          </div>
        ) : null;
      })}
      <div className={styles["foot"]}>
        <LanguageMenu />
        <SchemeMenu />
      </div>
    </nav>
  );
}

function Places({ of }: { of: readonly Place[] }) {
  const w = useWords();
  return of.map(({ path, word, icon: Icon }) => (
    <NavLink key={path} to={path} end={path === "/"} className={styles["place"] ?? ""}>
      <Icon size={16} strokeWidth={1.75} aria-hidden />
      {w(word)}
    </NavLink>
  ));
}
