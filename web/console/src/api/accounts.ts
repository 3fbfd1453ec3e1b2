import { useQuery } from "@tanstack/react-query";
import { useSearchParams } from "react-router";
import { answer, api } from "@/api/client";
import type { components } from "@/api/schema";

export type Account = components["schemas"]["AccountLine"];

/** The LINE accounts that are connected. */
export function useAccounts() {
  return useQuery({
    queryKey: ["line", "accounts"],
    queryFn: ({ signal }) => answer<components["schemas"]["AccountList"]>(api.GET("/api/line/accounts", { signal })),
    staleTime: 30_000,
  });
}

/** The account a page is about: the one in its address, else the first. */
export function useAccount(): { accounts: Account[]; account: string; choose: (key: string) => void; pending: boolean; error: Error | null; retry: () => void } {
  const found = useAccounts();
  const [query, setQuery] = useSearchParams();
  const accounts = found.data?.accounts ?? [];
  const named = query.get("account");
  const account = accounts.find(({ key }) => key === named)?.key ?? accounts[0]?.key ?? "";
  return {
    accounts,
    account,
    choose: (key) =>
      setQuery((before) => {
        before.set("account", key);
        return before;
      }),
    pending: found.isPending,
    error: found.error,
    retry: () => void found.refetch(),
  };
}
