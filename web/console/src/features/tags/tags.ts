import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "@/api/client";

export interface Tag {
  key: string;
  name: string;
  owner: string;
  purpose: string;
  expires_after_days: number | null;
  rules: number;
  described: boolean;
  people: number;
  times: number;
  last_used_at: string | null;
  put_on_by: string[];
}

export interface Job {
  job_id: string;
  action: string;
  how: string;
  author: string;
  asked: number;
  changed: number;
  refused: number;
  at: string;
  undone_at: string | null;
}

export interface Description {
  name: string;
  owner: string;
  purpose: string;
  expires_after_days: number | null;
}

const TAGS = ["tags"];

export function useTagList() {
  return useQuery({
    queryKey: [...TAGS, "list"],
    queryFn: ({ signal }) => answer<{ tags: Tag[]; as_of: string }>(api.GET("/api/tags", { signal })),
  });
}

export function useTagUsers(key: string) {
  return useQuery({
    queryKey: [...TAGS, "users", key],
    queryFn: ({ signal }) =>
      answer<{ used_by: { kind: string; key: string }[] }>(api.GET("/api/tags/{key}/used-by", { params: { path: { key } }, signal })),
  });
}

export function useTagJobs(key: string) {
  return useQuery({
    queryKey: [...TAGS, "jobs", key],
    queryFn: ({ signal }) => answer<{ jobs: Job[] }>(api.GET("/api/tags/{key}/jobs", { params: { path: { key } }, signal })),
  });
}

function useChanged<T>(change: (given: T) => Promise<unknown>) {
  const queries = useQueryClient();
  return useMutation({ mutationFn: change, onSuccess: () => queries.invalidateQueries({ queryKey: TAGS }) });
}

export function useDescribe() {
  return useChanged(({ key, ...body }: Description & { key: string }) => answer(api.PUT("/api/tags/{key}", { params: { path: { key } }, body: { ...body } })));
}

/** Put a tag on everybody in a segment, or take it off them. */
export function useTagPeople(key: string) {
  return useChanged(({ action, segment }: { action: "add" | "remove"; segment: string }) =>
    answer<Job>(api.POST("/api/tags/{key}/people", { params: { path: { key } }, body: { action, people: { segment } } })),
  );
}

export function useUndoJob() {
  return useChanged((job_id: string) => answer(api.POST("/api/tags/jobs/{job_id}/undo", { params: { path: { job_id } } })));
}

export function useDeleteTag() {
  return useChanged(({ key, takeOff }: { key: string; takeOff: boolean }) =>
    answer(api.DELETE("/api/tags/{key}", { params: { path: { key }, query: { take_off: takeOff } } })),
  );
}
