export { currentContext, runInContext, type WorkContext } from '@zoetrope/eventlog/context';
export { childTraceparent, parseTraceparent, type TraceParent } from '@zoetrope/eventlog/traceparent';
