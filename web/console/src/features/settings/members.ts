import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "@/api/client";
import type { components } from "@/api/schema";

export type Members = components["schemas"]["Members"];
export type Member = components["schemas"]["MemberView"];
export type Invitation = components["schemas"]["InvitationView"];
export type Invited = components["schemas"]["Invited"];

const MEMBERS = ["members"];

/** Who is in, who is invited, and which roles there are. */
export function useMembers() {
  return useQuery({
    queryKey: MEMBERS,
    queryFn: ({ signal }) => answer<Members>(api.GET("/api/members", { signal })),
  });
}

/** Something about members changes; the list is read anew. */
function useChange<Wish, Done>(change: (wish: Wish) => Promise<Done>) {
  const queries = useQueryClient();
  return useMutation({ mutationFn: change, onSuccess: () => queries.invalidateQueries({ queryKey: MEMBERS }) });
}

export function useInvite() {
  return useChange((body: { email: string; role: string }) =>
    answer<Invited>(api.POST("/api/members/invitations", { body })),
  );
}

export function useWithdraw() {
  return useChange((invitation_id: number) =>
    answer(api.DELETE("/api/members/invitations/{invitation_id}", { params: { path: { invitation_id } } })),
  );
}

export function useSetRole() {
  return useChange(({ member_id, role }: { member_id: number; role: string }) =>
    answer(api.PUT("/api/members/{member_id}", { params: { path: { member_id } }, body: { role } })),
  );
}

export function useRemove() {
  return useChange((member_id: number) =>
    answer(api.DELETE("/api/members/{member_id}", { params: { path: { member_id } } })),
  );
}
