import { en } from "@/features/segments/words-en";
import { ja } from "@/features/segments/words-ja";
import { zh } from "@/features/segments/words-zh";
import { defineWords } from "@/lib/words";

export const { useWords, useCodes } = defineWords(zh, ja, en);
