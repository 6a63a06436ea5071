import { Module } from '@nestjs/common';
import { CurrentVideos } from './current-videos.js';
import { EdgeHeaders } from './edge-headers.js';
import { ObjectBytes } from './object-bytes.js';
import { PresentReader } from './present-reader.js';
import { ServeCurrent } from './serve-current.js';

/** Which bytes an asset's URL streams, and how they may be cached. */
@Module({
  providers: [PresentReader, CurrentVideos, ObjectBytes, EdgeHeaders, ServeCurrent],
  exports: [CurrentVideos, EdgeHeaders, ObjectBytes, ServeCurrent],
})
export class ServingModule {}
