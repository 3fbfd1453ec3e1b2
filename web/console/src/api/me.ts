import { queryOptions, useQuery } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import { Problem } from "@/api/problem";
import type { components } from "@/api/schema";
import { keepCsrfToken } from "@/api/session";
import { setTimeZone } from "@/lib/format";

export type Me = components["schemas"]["Me"];

export const ME = ["me"] as const;

/** Take a log-in over: its token goes with every change from now on, and its workspace's clock is everybody's. */
export function welcome(me: Me): Me {
  keepCsrfToken(me.csrf_token);
  setTimeZone(me.workspace.time_zone);
  return me;
}

/** Who is logged in; null if nobody is. */
export const meQuery = queryOptions({
  queryKey: ME,
  queryFn: async ({ signal }): Promise<Me | null> => {
    try {
      return welcome(await answer<Me>(api.GET("/api/session", { signal })));
    } catch (error) {
      if (error instanceof Problem && error.status === 401) return null;
      throw error;
    }
  },
  staleTime: 60_000,
});

/** What the person in front of the screen may do: what they may not is not shown to them. */
export function useMay(): (permission: string) => boolean {
  const { data } = useQuery(meQuery);
  return (permission) => data?.permissions.includes(permission) ?? false;
}
