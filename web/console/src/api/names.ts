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
