import { Module } from '@nestjs/common';
import { AnswerDecisionQuestions } from './decide/answer-decision-questions.js';
import { Decide } from './decide/decide.js';
import { DecideWhenGenerationRequested } from './decide/decide-when-generation-requested.js';
import { Ledgers } from './ledgers/ledgers.js';
import { SettleWhenGenerationEnds } from './settle/settle-when-generation-ends.js';
import { Tenants } from './tenants.js';

/** Decides every generation against its owner's month, and charges or releases it when it ends. */
@Module({
  controllers: [DecideWhenGenerationRequested, SettleWhenGenerationEnds],
  providers: [AnswerDecisionQuestions, Decide, Ledgers, Tenants],
})
export class QuotaModule {}
