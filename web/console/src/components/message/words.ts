import { en } from "@/components/message/words-en";
import { ja } from "@/components/message/words-ja";
import { zh } from "@/components/message/words-zh";
import { defineWords } from "@/lib/words";

export const { useWords, useCodes } = defineWords(zh, ja, en);
