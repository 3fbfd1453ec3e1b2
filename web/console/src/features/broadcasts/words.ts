import { en } from "@/features/broadcasts/words-en";
import { ja } from "@/features/broadcasts/words-ja";
import { zh } from "@/features/broadcasts/words-zh";
import { defineWords } from "@/lib/words";

export const { useWords, useCodes } = defineWords(zh, ja, en);
