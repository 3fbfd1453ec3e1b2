import { Avatar, Menu, UnstyledButton } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { LogOut, UserRound } from "lucide-react";
import { api } from "@/api/client";
import { ME, type Me } from "@/api/me";
import { useCodes, useWords } from "@/app/shell/words";

export function AccountMenu({ me }: { me: Me }) {
  const w = useWords();
  const code = useCodes();
  const queries = useQueryClient();
  const leave = useMutation({
    mutationFn: () => api.DELETE("/api/session"),
    onSuccess: () => {
      queries.setQueryData(ME, null);
      queries.removeQueries({ predicate: (query) => query.queryKey[0] !== ME[0] });
    },
  });
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <UnstyledButton aria-label={w("account")}>
          <Avatar size={30} radius="xl" color="indigo">
            <UserRound size={16} aria-hidden />
          </Avatar>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label data-data>{me.name}</Menu.Label>
        {me.role ? <Menu.Label>{code("role", me.role)}</Menu.Label> : null}
        <Menu.Divider />
        <Menu.Item leftSection={<LogOut size={14} aria-hidden />} onClick={() => leave.mutate()}>
          {w("logout")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
