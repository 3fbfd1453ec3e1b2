import { Center, Loader } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { Navigate, Outlet, ScrollRestoration, useLocation } from "react-router";
import { ME, meQuery } from "@/api/me";
import { onSessionEnd } from "@/api/session";
import { Side } from "@/app/shell/side";
import styles from "@/app/shell/shell.module.css";
import { TopBar } from "@/app/shell/top-bar";
import { useWords } from "@/app/shell/words";
import { Failed } from "@/components/states";

/** What stands around every page: the menu on the left, search and news on top. Who is not logged in is sent to the door. */
export function Shell() {
  const w = useWords();
  const queries = useQueryClient();
  const location = useLocation();
  const me = useQuery(meQuery);

  useEffect(() => onSessionEnd(() => queries.setQueryData(ME, null)), [queries]);

  if (me.isPending)
    return (
      <Center mih="100vh">
        <Loader size="sm" aria-label={w("product")} />
      </Center>
    );
  if (me.error) return <Failed error={me.error} retry={() => void me.refetch()} />;
  if (!me.data) {
    const from = location.pathname + location.search;
    return <Navigate to="/login" replace state={{ from, ended: me.dataUpdatedAt > 0 && me.isFetchedAfterMount && from !== "/" }} />;
  }
  return (
    <div className={styles["frame"]}>
      <a className={styles["skip"]} href="#content">
        {w("skip")}
      </a>
      <Side me={me.data} />
      <main id="content" className={styles["main"]} tabIndex={-1}>
        <TopBar me={me.data} />
        <Outlet />
      </main>
      <ScrollRestoration />
    </div>
  );
}
