import { Button, Modal, Select } from "@mantine/core";
import { useState } from "react";
import { useMay } from "@/api/me";
import { Page, Panel } from "@/components/page";
import { Failed, Waiting } from "@/components/states";
import { useWords as useCommon } from "@/components/words";
import { Invite } from "@/features/settings/invite";
import { type Invitation, type Member, type Members, useMembers, useRemove, useSetRole, useWithdraw } from "@/features/settings/members";
import { useWords } from "@/features/settings/members-words";
import styles from "@/features/settings/settings.module.css";
import { useCodes } from "@/features/settings/words";
import { useFormat } from "@/lib/format";

export function MembersPage() {
  const w = useWords();
  const may = useMay();
  const members = useMembers();
  const [inviting, setInviting] = useState(false);
  const change = may("members.write");
  return (
    <Page
      title={w("title")}
      lead={w("lead")}
      actions={change ? <Button onClick={() => setInviting(true)}>{w("invite")}</Button> : null}
    >
      {members.data ? (
        <Lists of={members.data} change={change} />
      ) : members.error ? (
        <Failed error={members.error} retry={() => void members.refetch()} />
      ) : (
        <Waiting />
      )}
      {inviting ? <Invite roles={members.data?.roles ?? []} close={() => setInviting(false)} /> : null}
    </Page>
  );
}

function Lists({ of, change }: { of: Members; change: boolean }) {
  const w = useWords();
  const code = useCodes();
  const [leaving, setLeaving] = useState<Member | null>(null);
  return (
    <div className={styles["stack"]}>
      <Panel title={w("members")}>
        <div className={styles["scroll"]}>
          <table className={styles["table"]}>
            <thead>
              <tr>
                <th scope="col">{w("email")}</th>
                <th scope="col">{w("role")}</th>
                <th scope="col">{w("seen")}</th>
                {change ? <th scope="col" aria-label={w("remove")} /> : null}
              </tr>
            </thead>
            <tbody>
              {of.members.map((member) => (
                <Row key={member.member_id} member={member} of={of} change={change} leave={setLeaving} />
              ))}
            </tbody>
          </table>
        </div>
      </Panel>
      {of.invitations.length ? <Invitations of={of.invitations} change={change} /> : null}
      <Panel title={w("roles")}>
        <table className={styles["table"]}>
          <tbody>
            {of.roles.map(({ role }) => (
              <tr key={role}>
                <th scope="row">{code("role", role)}</th>
                <td>{code("may", role)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Panel>
      {leaving ? <Leaving member={leaving} close={() => setLeaving(null)} /> : null}
    </div>
  );
}

interface RowProps {
  member: Member;
  of: Members;
  change: boolean;
  leave: (member: Member) => void;
}

function Row({ member, of, change, leave }: RowProps) {
  const w = useWords();
  const code = useCodes();
  const format = useFormat();
  const setRole = useSetRole();
  const lastOwner = member.role === "owner" && of.members.filter(({ role }) => role === "owner").length === 1;
  return (
    <tr>
      <td>
        <span data-data>{member.email}</span> {member.you ? <span className={styles["chip"]}>{w("you")}</span> : null}
        {change && lastOwner ? <div className={styles["soft"]}>{w("lastOwner")}</div> : null}
        {setRole.error ? <Failed error={setRole.error} small /> : null}
      </td>
      <td data-data>
        {change ? (
          <Select
            aria-label={w("roleOf", { email: member.email })}
            w={150}
            size="xs"
            comboboxProps={{ keepMounted: false }}
            data={of.roles.map(({ role }) => ({ value: role, label: code("role", role) }))}
            value={member.role}
            disabled={setRole.isPending || lastOwner}
            onChange={(role) => role && setRole.mutate({ member_id: member.member_id, role })}
          />
        ) : (
          code("role", member.role)
        )}
      </td>
      <td className={styles["soft"]}>{member.last_seen_at ? format.ago(member.last_seen_at) : w("never")}</td>
      {change ? (
        <td className={styles["end"]}>
          <Button variant="subtle" color="red" size="compact-sm" disabled={lastOwner} onClick={() => leave(member)}>
            {w("remove")}
          </Button>
        </td>
      ) : null}
    </tr>
  );
}

function Invitations({ of, change }: { of: Invitation[]; change: boolean }) {
  const w = useWords();
  const code = useCodes();
  const format = useFormat();
  const withdraw = useWithdraw();
  return (
    <Panel title={w("invitations")}>
      {withdraw.error ? <Failed error={withdraw.error} small /> : null}
      <table className={styles["table"]}>
        <tbody>
          {of.map((one) => (
            <tr key={one.invitation_id}>
              <td data-data>{one.email}</td>
              <td>{code("role", one.role)}</td>
              <td className={styles["soft"]}>{w("until", { when: format.moment(one.expires_at) })}</td>
              {change ? (
                <td className={styles["end"]}>
                  <Button variant="subtle" size="compact-sm" loading={withdraw.isPending} onClick={() => withdraw.mutate(one.invitation_id)}>
                    {w("withdraw")}
                  </Button>
                </td>
              ) : null}
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}

function Leaving({ member, close }: { member: Member; close: () => void }) {
  const w = useWords();
  const common = useCommon();
  const remove = useRemove();
  return (
    <Modal opened onClose={close} title={w("removeTitle", { email: member.email })} closeButtonProps={{ "aria-label": common("close") }}>
      <p>{w("removeWhy")}</p>
      {remove.error ? <Failed error={remove.error} small /> : null}
      <div className={styles["row"]}>
        <Button color="red" loading={remove.isPending} onClick={() => remove.mutate(member.member_id, { onSuccess: close })}>
          {w("remove")}
        </Button>
        <Button variant="default" onClick={close}>
          {common("cancel")}
        </Button>
      </div>
    </Modal>
  );
}
