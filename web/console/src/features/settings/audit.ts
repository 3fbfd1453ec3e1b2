import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { components } from "@/api/schema";

export type AuditPage = components["schemas"]["AuditPage"];
export type AuditLine = components["schemas"]["AuditLine"];
export type AuditCheck = components["schemas"]["AuditCheck"];

/** What was done, the newest first, page by page. */
export function useAudit(action: string) {
  return useInfiniteQuery({
    queryKey: ["audit", action],
    initialPageParam: null as number | null,
    queryFn: ({ pageParam, signal }) =>
      answer<AuditPage>(
        api.GET("/api/audit", { params: { query: { action, ...(pageParam ? { before: pageParam } : {}) } }, signal }),
      ),
    getNextPageParam: (page) => page.next_before,
  });
}

/** Whether no line was changed or removed; asked only when somebody wants to know. */
export function useAuditCheck(wanted: boolean) {
  return useQuery({
    queryKey: ["audit-check"],
    enabled: wanted,
    staleTime: 0,
    queryFn: ({ signal }) => answer<AuditCheck>(api.GET("/api/audit/check", { signal })),
  });
}
