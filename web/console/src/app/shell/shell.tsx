import { NavLink, Outlet, ScrollRestoration } from "react-router";
import icon from "@/app/icon.svg";
import { LanguageMenu } from "@/app/shell/language-menu";
import { GROUPS, PLACES, type Place } from "@/app/shell/navigation";
import { SchemeMenu } from "@/app/shell/scheme-menu";
import styles from "@/app/shell/shell.module.css";
import { useWords } from "@/app/shell/words";

/** What stands around every page: the menu on the left, the page on the right. */
export function Shell() {
  const w = useWords();
  return (
    <div className={styles["frame"]}>
      <a className={styles["skip"]} href="#content">
        {w("skip")}
      </a>
      <nav className={styles["side"]} aria-label={w("navigation")}>
        <NavLink to="/" className={styles["brand"] ?? ""}>
          <img src={icon} alt="" />
          {w("product")}
        </NavLink>
        <Places of={PLACES.filter((place) => !place.group)} />
        {GROUPS.map((group) => {
          const places = PLACES.filter((place) => place.group === group);
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
      <main id="content" className={styles["main"]} tabIndex={-1}>
        <Outlet />
      </main>
      <ScrollRestoration />
    </div>
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
