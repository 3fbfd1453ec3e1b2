import { Button } from "@mantine/core";
import { Cable } from "lucide-react";
import type { ReactNode } from "react";
import { Link } from "react-router";
import { useAccount } from "@/api/accounts";
import { AccountSelect } from "@/components/account-select";
import { Page } from "@/components/page";
import { Blank, Failed, Waiting } from "@/components/states";
import { useWords } from "@/components/words";

interface Props {
  title: string;
  lead: string;
  actions?: (account: string) => ReactNode;
  children: (account: string) => ReactNode;
}

/** A page about one LINE account: choose it, or learn that none is connected yet. */
export function PageOfAccount({ title, lead, actions, children }: Props) {
  const w = useWords();
  const { accounts, account, choose, pending, error, retry } = useAccount();
  return (
    <Page
      title={title}
      lead={lead}
      actions={
        account ? (
          <>
            <AccountSelect accounts={accounts} account={account} choose={choose} />
            {actions?.(account)}
          </>
        ) : null
      }
    >
      {error ? (
        <Failed error={error} retry={retry} />
      ) : pending ? (
        <Waiting />
      ) : account ? (
        children(account)
      ) : (
        <Blank
          icon={Cable}
          title={w("noAccount")}
          action={
            <Button component={Link} to="/accounts">
              {w("toAccounts")}
            </Button>
          }
        >
          {w("noAccountWhy")}
        </Blank>
      )}
    </Page>
  );
}
