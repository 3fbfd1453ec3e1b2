import { Select } from "@mantine/core";
import type { Account } from "@/api/accounts";
import { useWords } from "@/components/words";

/** Which LINE account a page is about; not shown where there is but one. */
export function AccountSelect({ accounts, account, choose }: { accounts: Account[]; account: string; choose: (key: string) => void }) {
  const w = useWords();
  if (accounts.length < 2) return null;
  return (
    <Select
      aria-label={w("lineAccount")}
      w={200}
      comboboxProps={{ keepMounted: false }}
      data={accounts.map(({ key, name }) => ({ value: key, label: name }))}
      value={account}
      onChange={(key) => key && choose(key)}
      data-data
    />
  );
}
