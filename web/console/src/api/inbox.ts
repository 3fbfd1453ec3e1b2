import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { components } from "@/api/schema";

export type Work = components["schemas"]["Work"];
type Inbox = components["schemas"]["Inbox"];
const INBOX = ["inbox"];

/** Long work: asked often while some of it runs, else now and then. */
export function useInbox() {
  return useQuery({
    queryKey: INBOX,
    queryFn: ({ signal }) => answer<Inbox>(api.GET("/api/inbox", { signal })),
    refetchInterval: (query) => (query.state.data?.running ? 3_000 : 20_000),
  });
}

export function useSeen() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => answer<Inbox>(api.POST("/api/inbox/seen")),
    onSuccess: (inbox) => queries.setQueryData(INBOX, inbox),
  });
}
