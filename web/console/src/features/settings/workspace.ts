import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import { ME } from "@/api/me";
import type { components } from "@/api/schema";

export type Workspace = components["schemas"]["WorkspaceView"];
export type Change = Partial<components["schemas"]["WorkspaceChange"]>;

const WORKSPACE = ["workspace"];

export function useWorkspace() {
  return useQuery({ queryKey: WORKSPACE, queryFn: ({ signal }) => answer<Workspace>(api.GET("/api/workspace", { signal })) });
}

/** Change the workspace; its name and clock stand on every page. */
export function useChangeWorkspace() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: Change) =>
      answer<Workspace>(api.PATCH("/api/workspace", { body: { no_quiet_hours: false, ...body } })),
    onSuccess: (workspace) => {
      queries.setQueryData(WORKSPACE, workspace);
      void queries.invalidateQueries({ queryKey: ME });
    },
  });
}

export function useChangePassword() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: { current: string; new: string }) => answer(api.POST("/api/session/password", { body })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ME }),
  });
}
