import { useQuery } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import { useMay } from "@/api/me";
import { useQuota } from "@/api/quota";

/** What LINE accounts are called, by key. */
export function useAccountNames(): Record<string, string> {
  const { data } = useQuota();
  return Object.fromEntries((data?.accounts ?? []).map(({ account, name }) => [account, name]));
}

/** What sources are called, by key; nothing for who may not look at sources. */
export function useSourceNames(): Record<string, string> {
  const may = useMay()("sources.read");
  const { data } = useQuery({
    queryKey: ["source-names"],
    queryFn: ({ signal }) => answer<{ key: string; name: string }[]>(api.GET("/api/sources", { signal })),
    enabled: may,
    staleTime: 60_000,
  });
  return Object.fromEntries((data ?? []).map(({ key, name }) => [key, name]));
}

interface Named {
  key: string;
  name: string;
}

const UNNAMED: Record<string, string> = {};

/** What broadcasts and journeys are called, by origin. */
export function useOriginNames(): Record<string, string> {
  const may = useMay();
  const { data } = useQuery({
    enabled: may("messages.read") && may("journeys.read"),
    queryKey: ["origin-names"],
    queryFn: async ({ signal }) => {
      const [broadcasts, journeys] = await Promise.all([
        answer<{ broadcasts: Named[] }>(api.GET("/api/broadcasts", { signal })),
        answer<{ journeys: Named[] }>(api.GET("/api/journeys", { signal })),
      ]);
      // Made once with the answer: every line of a timeline asks for it.
      return Object.fromEntries([
        ...broadcasts.broadcasts.map(({ key, name }) => [`broadcast:${key}`, name] as const),
        ...journeys.journeys.map(({ key, name }) => [`journey:${key}`, name] as const),
      ]);
    },
    staleTime: 60_000,
  });
  return data ?? UNNAMED;
}
