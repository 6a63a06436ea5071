// biome-ignore-all format: generated
// biome-ignore-all lint: generated
/** Made from /api/openapi.json by `npm run client:types`; a test compares the two. */
export interface paths {
    "/api/assets/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** An asset with its newest generations; shows its own caller’s regenerate at once */
        get: {
            parameters: {
                query?: {
                    generations_cursor?: string;
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            asset: {
                                id: string;
                                project_id: string;
                                src_url: string;
                                /** @enum {string} */
                                status: "pending" | "ready" | "failed";
                                /** @enum {string} */
                                motion: "subtle" | "medium" | "kinetic";
                                /** @enum {string} */
                                mode: "loop" | "animate-in" | "animate-on-hover";
                                dur_seconds: number;
                                /** @enum {string} */
                                aspect: "preserve" | "1:1" | "16:9" | "9:16";
                                seed: number | null;
                                mp4_url: string;
                                poster_url: string;
                                duration_ms: number | null;
                                width: number | null;
                                height: number | null;
                                bytes: number | null;
                                sha256: string | null;
                                vision_prompt: string | null;
                                model: ("wan-fast" | "seedance" | "p-video") | null;
                                loop_mode: ("native" | "crossfade" | "none") | null;
                                generation: number;
                                generation_count: number;
                                created_at: number;
                                ready_at: number | null;
                                error: string | null;
                            };
                            generations: {
                                generation: number;
                                /** @enum {string} */
                                status: "pending" | "ready" | "failed" | "cancelled" | "refused";
                                reason?: string;
                                requested_by: string;
                                parameters: {
                                    /** @enum {string} */
                                    motion?: "subtle" | "medium" | "kinetic";
                                    /** @enum {string} */
                                    mode?: "loop" | "animate-in" | "animate-on-hover";
                                    dur_seconds?: number;
                                    /** @enum {string} */
                                    aspect?: "preserve" | "1:1" | "16:9" | "9:16";
                                    seed?: number | null;
                                    prompt_override?: string | null;
                                };
                                vision_prompt: string | null;
                                model: ("wan-fast" | "seedance" | "p-video") | null;
                                loop_mode: ("native" | "crossfade" | "none") | null;
                                bytes: number | null;
                                sha256: string | null;
                                predictions: {
                                    id: string;
                                    stage: string;
                                    attempt: number;
                                }[];
                                charged: boolean;
                                overage: boolean;
                                requested_at: number;
                                ready_at: number | null;
                                error_code: string | null;
                                error_msg: string | null;
                            }[];
                            generations_cursor: string | null;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /** Delete an asset for ever: its URLs answer 410 from now on, what runs is cancelled, its bytes are removed later. Repeating it is 204 again */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/assets/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End the generation in flight; the last good video stays */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            asset_id: string;
                            /** @enum {string} */
                            status: "pending" | "ready" | "failed";
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/assets/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Every event of one asset, for its owner */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/event-stream": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/assets/{id}/generations/{n}/poster": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The poster of one generation, for its owner */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                    n: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "image/jpeg": unknown;
                    };
                };
                /** @description A byte range */
                206: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/assets/{id}/generations/{n}/video": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The video of one generation, for its owner */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                    n: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "video/mp4": unknown;
                    };
                };
                /** @description A byte range */
                206: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/assets/{id}/purge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Purge the asset from every configured cache again; cache_purged tells when it is done */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            asset_id: string;
                            request_id: string;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/assets/{id}/purges": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How each configured cache took the asset’s last purge */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            generation: number | null;
                            items: {
                                cache: string;
                                at: number;
                                confirmed: boolean;
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/assets/{id}/regenerate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make the video again, in place; omitted fields keep their current values */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description The same key and request within 24 hours gives the first success again and is not charged again. */
                    "Idempotency-Key"?: string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: {
                content: {
                    "application/json": {
                        /** @enum {string} */
                        motion?: "subtle" | "medium" | "kinetic";
                        /** @enum {string} */
                        mode?: "loop" | "animate-in" | "animate-on-hover";
                        dur_seconds?: number;
                        prompt_override?: string;
                        seed?: number | null;
                    };
                };
            };
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            asset_id: string;
                            /** @constant */
                            status: "pending";
                            generation: number;
                            request_id: string;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/assets/{id}/timeline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Every event of one generation out of the log, oldest first; of the newest one unless told */
        get: {
            parameters: {
                query?: {
                    generation?: number;
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            generation: number;
                            items: {
                                asset_id: string;
                                generation: number;
                                ts: number;
                                request_id?: string;
                                attempt?: number;
                                /** @enum {string} */
                                stage?: "vision" | "single" | "stage1" | "stage2" | "merge" | "r2_write";
                                latency_ms?: number;
                                progress?: number;
                                error_code?: string;
                                error_msg?: string;
                                vision_prompt?: string;
                                reason?: string;
                                retry_at?: number;
                                unconfirmed?: string[];
                                delivery_id?: string;
                                event_type?: string;
                                response_code?: number;
                                id: string;
                                /** @enum {string} */
                                event: "queued" | "vision_started" | "vision_completed" | "vision_failed" | "stage_started" | "stage_progress" | "stage_completed" | "stage_failed" | "retry_scheduled" | "r2_write_completed" | "cache_purged" | "ready" | "failed" | "cancelled" | "webhook_dispatched" | "webhook_delivered" | "webhook_failed" | "webhook_dead_letter";
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This document */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The caller’s projects, newest first */
        get: {
            parameters: {
                query?: {
                    cursor?: string;
                    limit?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            items: {
                                id: string;
                                name: string;
                                proxy_key: string;
                                defaults: {
                                    /** @enum {string} */
                                    motion: "subtle" | "medium" | "kinetic";
                                    /** @enum {string} */
                                    mode: "loop" | "animate-in" | "animate-on-hover";
                                    dur_seconds: number;
                                };
                                allowed_origins: string[];
                                signing_enabled: boolean;
                                auto_generate: boolean;
                                new_assets_per_minute: number;
                                overage_enabled: boolean;
                                overage_cap: number | null;
                                brand: {
                                    brandName: string;
                                    colors?: {
                                        primary?: string;
                                        secondary?: string;
                                        accent?: string;
                                        background?: string;
                                        foreground?: string;
                                    };
                                    fonts?: {
                                        heading?: string;
                                        body?: string;
                                    };
                                    logoUrl?: string;
                                    messaging?: {
                                        tone?: string;
                                        targetAudience?: string;
                                        valueProps?: string[];
                                        ctas?: string[];
                                    };
                                    design?: {
                                        vibe?: string;
                                        borderRadius?: string;
                                        colorScheme?: string;
                                    } & {
                                        [key: string]: string;
                                    };
                                } | null;
                                webhook_url: string | null;
                                webhook_events: ("asset.queued" | "asset.stage_completed" | "asset.completed" | "asset.failed" | "asset.cancelled" | "asset.retry_scheduled" | "asset.test" | "quota.threshold")[];
                                webhooks_enabled: boolean;
                                created_at: number;
                            }[];
                            next_cursor: string | null;
                        };
                    };
                };
            };
        };
        put?: never;
        /** Create a project */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        name: string;
                    };
                };
            };
            responses: {
                /** @description Success */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: string;
                            name: string;
                            proxy_key: string;
                            defaults: {
                                /** @enum {string} */
                                motion: "subtle" | "medium" | "kinetic";
                                /** @enum {string} */
                                mode: "loop" | "animate-in" | "animate-on-hover";
                                dur_seconds: number;
                            };
                            allowed_origins: string[];
                            signing_enabled: boolean;
                            auto_generate: boolean;
                            new_assets_per_minute: number;
                            overage_enabled: boolean;
                            overage_cap: number | null;
                            brand: {
                                brandName: string;
                                colors?: {
                                    primary?: string;
                                    secondary?: string;
                                    accent?: string;
                                    background?: string;
                                    foreground?: string;
                                };
                                fonts?: {
                                    heading?: string;
                                    body?: string;
                                };
                                logoUrl?: string;
                                messaging?: {
                                    tone?: string;
                                    targetAudience?: string;
                                    valueProps?: string[];
                                    ctas?: string[];
                                };
                                design?: {
                                    vibe?: string;
                                    borderRadius?: string;
                                    colorScheme?: string;
                                } & {
                                    [key: string]: string;
                                };
                            } | null;
                            webhook_url: string | null;
                            webhook_events: ("asset.queued" | "asset.stage_completed" | "asset.completed" | "asset.failed" | "asset.cancelled" | "asset.retry_scheduled" | "asset.test" | "quota.threshold")[];
                            webhooks_enabled: boolean;
                            created_at: number;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One project */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: string;
                            name: string;
                            proxy_key: string;
                            defaults: {
                                /** @enum {string} */
                                motion: "subtle" | "medium" | "kinetic";
                                /** @enum {string} */
                                mode: "loop" | "animate-in" | "animate-on-hover";
                                dur_seconds: number;
                            };
                            allowed_origins: string[];
                            signing_enabled: boolean;
                            auto_generate: boolean;
                            new_assets_per_minute: number;
                            overage_enabled: boolean;
                            overage_cap: number | null;
                            brand: {
                                brandName: string;
                                colors?: {
                                    primary?: string;
                                    secondary?: string;
                                    accent?: string;
                                    background?: string;
                                    foreground?: string;
                                };
                                fonts?: {
                                    heading?: string;
                                    body?: string;
                                };
                                logoUrl?: string;
                                messaging?: {
                                    tone?: string;
                                    targetAudience?: string;
                                    valueProps?: string[];
                                    ctas?: string[];
                                };
                                design?: {
                                    vibe?: string;
                                    borderRadius?: string;
                                    colorScheme?: string;
                                } & {
                                    [key: string]: string;
                                };
                            } | null;
                            webhook_url: string | null;
                            webhook_events: ("asset.queued" | "asset.stage_completed" | "asset.completed" | "asset.failed" | "asset.cancelled" | "asset.retry_scheduled" | "asset.test" | "quota.threshold")[];
                            webhooks_enabled: boolean;
                            created_at: number;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /** Delete a project with all of its assets for ever: its keys are unknown from now on. Repeating it is 204 again */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        /** Rename a project */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: {
                content: {
                    "application/json": {
                        name?: string;
                    };
                };
            };
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: string;
                            name: string;
                            proxy_key: string;
                            defaults: {
                                /** @enum {string} */
                                motion: "subtle" | "medium" | "kinetic";
                                /** @enum {string} */
                                mode: "loop" | "animate-in" | "animate-on-hover";
                                dur_seconds: number;
                            };
                            allowed_origins: string[];
                            signing_enabled: boolean;
                            auto_generate: boolean;
                            new_assets_per_minute: number;
                            overage_enabled: boolean;
                            overage_cap: number | null;
                            brand: {
                                brandName: string;
                                colors?: {
                                    primary?: string;
                                    secondary?: string;
                                    accent?: string;
                                    background?: string;
                                    foreground?: string;
                                };
                                fonts?: {
                                    heading?: string;
                                    body?: string;
                                };
                                logoUrl?: string;
                                messaging?: {
                                    tone?: string;
                                    targetAudience?: string;
                                    valueProps?: string[];
                                    ctas?: string[];
                                };
                                design?: {
                                    vibe?: string;
                                    borderRadius?: string;
                                    colorScheme?: string;
                                } & {
                                    [key: string]: string;
                                };
                            } | null;
                            webhook_url: string | null;
                            webhook_events: ("asset.queued" | "asset.stage_completed" | "asset.completed" | "asset.failed" | "asset.cancelled" | "asset.retry_scheduled" | "asset.test" | "quota.threshold")[];
                            webhooks_enabled: boolean;
                            created_at: number;
                        };
                    };
                };
            };
        };
        trace?: never;
    };
    "/api/projects/{id}/activity": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Every event of every asset of a project, for its owner */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/event-stream": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/{id}/assets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A project’s assets, newest first */
        get: {
            parameters: {
                query?: {
                    status?: "pending" | "ready" | "failed";
                    cursor?: string;
                    limit?: number;
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            items: {
                                id: string;
                                project_id: string;
                                src_url: string;
                                /** @enum {string} */
                                status: "pending" | "ready" | "failed";
                                /** @enum {string} */
                                motion: "subtle" | "medium" | "kinetic";
                                /** @enum {string} */
                                mode: "loop" | "animate-in" | "animate-on-hover";
                                dur_seconds: number;
                                /** @enum {string} */
                                aspect: "preserve" | "1:1" | "16:9" | "9:16";
                                seed: number | null;
                                mp4_url: string;
                                poster_url: string;
                                duration_ms: number | null;
                                width: number | null;
                                height: number | null;
                                bytes: number | null;
                                sha256: string | null;
                                vision_prompt: string | null;
                                model: ("wan-fast" | "seedance" | "p-video") | null;
                                loop_mode: ("native" | "crossfade" | "none") | null;
                                generation: number;
                                generation_count: number;
                                created_at: number;
                                ready_at: number | null;
                                error: string | null;
                            }[];
                            next_cursor: string | null;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/{id}/billing": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** The overage toggle and its cap */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        overage_enabled: boolean;
                        overage_cap?: number | null;
                    };
                };
            };
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: string;
                            name: string;
                            proxy_key: string;
                            defaults: {
                                /** @enum {string} */
                                motion: "subtle" | "medium" | "kinetic";
                                /** @enum {string} */
                                mode: "loop" | "animate-in" | "animate-on-hover";
                                dur_seconds: number;
                            };
                            allowed_origins: string[];
                            signing_enabled: boolean;
                            auto_generate: boolean;
                            new_assets_per_minute: number;
                            overage_enabled: boolean;
                            overage_cap: number | null;
                            brand: {
                                brandName: string;
                                colors?: {
                                    primary?: string;
                                    secondary?: string;
                                    accent?: string;
                                    background?: string;
                                    foreground?: string;
                                };
                                fonts?: {
                                    heading?: string;
                                    body?: string;
                                };
                                logoUrl?: string;
                                messaging?: {
                                    tone?: string;
                                    targetAudience?: string;
                                    valueProps?: string[];
                                    ctas?: string[];
                                };
                                design?: {
                                    vibe?: string;
                                    borderRadius?: string;
                                    colorScheme?: string;
                                } & {
                                    [key: string]: string;
                                };
                            } | null;
                            webhook_url: string | null;
                            webhook_events: ("asset.queued" | "asset.stage_completed" | "asset.completed" | "asset.failed" | "asset.cancelled" | "asset.retry_scheduled" | "asset.test" | "quota.threshold")[];
                            webhooks_enabled: boolean;
                            created_at: number;
                        };
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/{id}/brand": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** The brand context that vision is told */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        brandName: string;
                        colors?: {
                            primary?: string;
                            secondary?: string;
                            accent?: string;
                            background?: string;
                            foreground?: string;
                        };
                        fonts?: {
                            heading?: string;
                            body?: string;
                        };
                        logoUrl?: string;
                        messaging?: {
                            tone?: string;
                            targetAudience?: string;
                            valueProps?: string[];
                            ctas?: string[];
                        };
                        design?: {
                            vibe?: string;
                            borderRadius?: string;
                            colorScheme?: string;
                        } & {
                            [key: string]: string;
                        };
                    };
                };
            };
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: string;
                            name: string;
                            proxy_key: string;
                            defaults: {
                                /** @enum {string} */
                                motion: "subtle" | "medium" | "kinetic";
                                /** @enum {string} */
                                mode: "loop" | "animate-in" | "animate-on-hover";
                                dur_seconds: number;
                            };
                            allowed_origins: string[];
                            signing_enabled: boolean;
                            auto_generate: boolean;
                            new_assets_per_minute: number;
                            overage_enabled: boolean;
                            overage_cap: number | null;
                            brand: {
                                brandName: string;
                                colors?: {
                                    primary?: string;
                                    secondary?: string;
                                    accent?: string;
                                    background?: string;
                                    foreground?: string;
                                };
                                fonts?: {
                                    heading?: string;
                                    body?: string;
                                };
                                logoUrl?: string;
                                messaging?: {
                                    tone?: string;
                                    targetAudience?: string;
                                    valueProps?: string[];
                                    ctas?: string[];
                                };
                                design?: {
                                    vibe?: string;
                                    borderRadius?: string;
                                    colorScheme?: string;
                                } & {
                                    [key: string]: string;
                                };
                            } | null;
                            webhook_url: string | null;
                            webhook_events: ("asset.queued" | "asset.stage_completed" | "asset.completed" | "asset.failed" | "asset.cancelled" | "asset.retry_scheduled" | "asset.test" | "quota.threshold")[];
                            webhooks_enabled: boolean;
                            created_at: number;
                        };
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/{id}/brand/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The motion prompt that vision would write for an asset with this brand; nothing is saved or charged */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        brand: {
                            brandName: string;
                            colors?: {
                                primary?: string;
                                secondary?: string;
                                accent?: string;
                                background?: string;
                                foreground?: string;
                            };
                            fonts?: {
                                heading?: string;
                                body?: string;
                            };
                            logoUrl?: string;
                            messaging?: {
                                tone?: string;
                                targetAudience?: string;
                                valueProps?: string[];
                                ctas?: string[];
                            };
                            design?: {
                                vibe?: string;
                                borderRadius?: string;
                                colorScheme?: string;
                            } & {
                                [key: string]: string;
                            };
                        } | null;
                        asset_id: string;
                        /** @enum {string} */
                        motion?: "subtle" | "medium" | "kinetic";
                    };
                };
            };
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            prompt: string;
                            provider: string;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/{id}/keys/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A new proxy key or signing secret, shown once; the old one works 7 more days unless `revoke=now` */
        post: {
            parameters: {
                query: {
                    which: "proxy" | "signing";
                    revoke?: "now";
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            proxy_key: string;
                        } | {
                            signing_secret: string;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/{id}/proxy-config": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Origins, defaults, limits and signing of the proxy URL; what is left out stays */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: {
                content: {
                    "application/json": {
                        allowed_origins?: string[];
                        /** @enum {string} */
                        default_motion?: "subtle" | "medium" | "kinetic";
                        /** @enum {string} */
                        default_mode?: "loop" | "animate-in" | "animate-on-hover";
                        default_dur_seconds?: number;
                        enable_signing?: boolean;
                        auto_generate?: boolean;
                        new_assets_per_minute?: number;
                    };
                };
            };
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: string;
                            name: string;
                            proxy_key: string;
                            defaults: {
                                /** @enum {string} */
                                motion: "subtle" | "medium" | "kinetic";
                                /** @enum {string} */
                                mode: "loop" | "animate-in" | "animate-on-hover";
                                dur_seconds: number;
                            };
                            allowed_origins: string[];
                            signing_enabled: boolean;
                            auto_generate: boolean;
                            new_assets_per_minute: number;
                            overage_enabled: boolean;
                            overage_cap: number | null;
                            brand: {
                                brandName: string;
                                colors?: {
                                    primary?: string;
                                    secondary?: string;
                                    accent?: string;
                                    background?: string;
                                    foreground?: string;
                                };
                                fonts?: {
                                    heading?: string;
                                    body?: string;
                                };
                                logoUrl?: string;
                                messaging?: {
                                    tone?: string;
                                    targetAudience?: string;
                                    valueProps?: string[];
                                    ctas?: string[];
                                };
                                design?: {
                                    vibe?: string;
                                    borderRadius?: string;
                                    colorScheme?: string;
                                } & {
                                    [key: string]: string;
                                };
                            } | null;
                            webhook_url: string | null;
                            webhook_events: ("asset.queued" | "asset.stage_completed" | "asset.completed" | "asset.failed" | "asset.cancelled" | "asset.retry_scheduled" | "asset.test" | "quota.threshold")[];
                            webhooks_enabled: boolean;
                            created_at: number;
                            signing_secret?: string;
                        };
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/{id}/regenerate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make up to 100 videos of a project again; `next_cursor` goes on, `dry_run` says how many and at what cost */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description The same key and request within 24 hours gives the first success again and is not charged again. */
                    "Idempotency-Key"?: string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: {
                content: {
                    "application/json": {
                        /** @enum {string} */
                        motion?: "subtle" | "medium" | "kinetic";
                        /** @enum {string} */
                        mode?: "loop" | "animate-in" | "animate-on-hover";
                        dur_seconds?: number;
                        prompt_override?: string;
                        seed?: number | null;
                        filter?: {
                            /** @enum {string} */
                            status?: "pending" | "ready" | "failed";
                            /** @enum {string} */
                            motion?: "subtle" | "medium" | "kinetic";
                            /** @enum {string} */
                            mode?: "loop" | "animate-in" | "animate-on-hover";
                            ids?: string[];
                        };
                        dry_run?: boolean;
                        cursor?: string;
                        limit?: number;
                    };
                };
            };
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            accepted: {
                                asset_id: string;
                                generation: number;
                                request_id: string;
                            }[];
                            refused: {
                                asset_id: string;
                                error: string;
                                code: string;
                            }[];
                            next_cursor: string | null;
                        } | {
                            /** @constant */
                            dry_run: true;
                            count: number;
                            would_use: {
                                included: number;
                                overage: number;
                                overage_cents: number;
                                refused: number;
                            };
                            generations: {
                                used: number;
                                reserved: number;
                                limit: number;
                                overage: number;
                                resets_at: number;
                            };
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/{id}/webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Where webhooks go */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            webhook_url: string | null;
                            webhook_events: ("asset.queued" | "asset.stage_completed" | "asset.completed" | "asset.failed" | "asset.cancelled" | "asset.retry_scheduled" | "asset.test" | "quota.threshold")[];
                            webhooks_enabled: boolean;
                            webhook_secret_preview: string | null;
                            webhook_secret?: string;
                            webhooks_disabled: {
                                /** @enum {string} */
                                reason: "gone" | "failing";
                                at: number;
                            } | null;
                            webhooks_failing: {
                                since: number;
                                disables_at: number;
                            } | null;
                        };
                    };
                };
            };
        };
        /** Set where webhooks go; the first time it also returns the signing secret, once */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: {
                content: {
                    "application/json": {
                        webhook_url?: string | null;
                        webhook_events?: ("asset.queued" | "asset.stage_completed" | "asset.completed" | "asset.failed" | "asset.cancelled" | "asset.retry_scheduled" | "asset.test" | "quota.threshold")[];
                        webhooks_enabled?: boolean;
                    };
                };
            };
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            webhook_url: string | null;
                            webhook_events: ("asset.queued" | "asset.stage_completed" | "asset.completed" | "asset.failed" | "asset.cancelled" | "asset.retry_scheduled" | "asset.test" | "quota.threshold")[];
                            webhooks_enabled: boolean;
                            webhook_secret_preview: string | null;
                            webhook_secret?: string;
                            webhooks_disabled: {
                                /** @enum {string} */
                                reason: "gone" | "failing";
                                at: number;
                            } | null;
                            webhooks_failing: {
                                since: number;
                                disables_at: number;
                            } | null;
                        };
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/{id}/webhooks/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The last 1000 webhook deliveries, newest first */
        get: {
            parameters: {
                query?: {
                    status?: "pending" | "delivered" | "failed" | "dead_letter" | "held";
                    cursor?: string;
                    limit?: number;
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            items: {
                                id: string;
                                event_id: string;
                                /** @enum {string} */
                                event_type: "asset.queued" | "asset.stage_completed" | "asset.completed" | "asset.failed" | "asset.cancelled" | "asset.retry_scheduled" | "asset.test" | "quota.threshold";
                                asset_id: string | null;
                                attempt: number;
                                /** @enum {string} */
                                status: "pending" | "delivered" | "failed" | "dead_letter" | "held";
                                response_code: number | null;
                                error: string | null;
                                next_attempt_ts: number | null;
                                created_at: number;
                                delivered_at: number | null;
                                response_body_preview: string | null;
                            }[];
                            next_cursor: string | null;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/{id}/webhooks/deliveries/{deliveryId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One webhook delivery with its payload */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                    deliveryId: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: string;
                            event_id: string;
                            /** @enum {string} */
                            event_type: "asset.queued" | "asset.stage_completed" | "asset.completed" | "asset.failed" | "asset.cancelled" | "asset.retry_scheduled" | "asset.test" | "quota.threshold";
                            asset_id: string | null;
                            attempt: number;
                            /** @enum {string} */
                            status: "pending" | "delivered" | "failed" | "dead_letter" | "held";
                            response_code: number | null;
                            error: string | null;
                            next_attempt_ts: number | null;
                            created_at: number;
                            delivered_at: number | null;
                            response_body_preview: string | null;
                            payload_json: {
                                [key: string]: unknown;
                            } | null;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/{id}/webhooks/deliveries/{deliveryId}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send one event again, under the same webhook-id */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description The same key and request within 24 hours gives the first success again and is not charged again. */
                    "Idempotency-Key"?: string;
                };
                path: {
                    id: string;
                    deliveryId: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: string;
                            event_id: string;
                            /** @constant */
                            status: "pending";
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/{id}/webhooks/inbox": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** An address of this service to try webhooks with, and what reached it, verified */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            url: string;
                            items: {
                                id: string;
                                received_at: number;
                                webhook_id: string | null;
                                event_type: string | null;
                                verified: boolean;
                                reason: string | null;
                                body_preview: string;
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/{id}/webhooks/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send all events of a time range again, up to 1000 in a call; `dry_run` counts them, `next_from` goes on */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description The same key and request within 24 hours gives the first success again and is not charged again. */
                    "Idempotency-Key"?: string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        from: number;
                        to: number;
                        /** @enum {string} */
                        status?: "delivered" | "failed" | "dead_letter" | "held";
                        dry_run?: boolean;
                    };
                };
            };
            responses: {
                /** @description with `dry_run` */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description Success */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            dry_run: boolean;
                            count: number;
                            next_from: number | null;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/{id}/webhooks/rotate-secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A new signing secret, shown once; the old one signs beside it for 24 hours more */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            webhook_secret: string;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/projects/{id}/webhooks/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send an asset.test event; the first one that is delivered enables webhooks */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            event_id: string;
                            delivery_id: string;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/user/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The signed-in user, plan and usage of the month */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: string;
                            email: string;
                            name: string;
                            /** @enum {string} */
                            plan: "free" | "pro" | "team";
                            generations: {
                                used: number;
                                reserved: number;
                                limit: number;
                                overage: number;
                                resets_at: number;
                            };
                            created_at: number;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /** Delete the account for ever, with its projects, assets, sessions and tokens; `confirm` is its e-mail address */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        confirm: string;
                    };
                };
            };
            responses: {
                /** @description Success */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/user/oauth": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Providers that this installation offers to sign in by */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            providers: ("google" | "github")[];
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/user/oauth/{provider}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Start signing in by a configured provider (google, github) */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    provider: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: never;
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/user/oauth/callback/{provider}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Where the provider sends people back to; sets the session cookie */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    provider: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: never;
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/user/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Change the password; ends every session and begins a new one here; API tokens stay */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        current_password: string;
                        new_password: string;
                    };
                };
            };
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            user: {
                                id: string;
                                email: string;
                                name: string;
                            } | null;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/user/password/forgot": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ask for a reset link by mail; the answer is the same for every address */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** Format: email */
                        email: string;
                    };
                };
            };
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @enum {string} */
                            delivery: "email" | "operator";
                            message: string;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/user/password/reset": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Where reset links lead: a page to choose a new password */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/html": unknown;
                    };
                };
            };
        };
        put?: never;
        /** Choose a new password with a link’s token, which works once; ends every session */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        token: string;
                        new_password: string;
                    };
                };
            };
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            user: {
                                id: string;
                                email: string;
                                name: string;
                            } | null;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/user/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who is signed in, if anybody */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            user: {
                                id: string;
                                email: string;
                                name: string;
                            } | null;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/user/signin": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sign in with e-mail and password; sets the session cookie */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        email: string;
                        password: string;
                    };
                };
            };
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            user: {
                                id: string;
                                email: string;
                                name: string;
                            } | null;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/user/signout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Destroy the session; `everywhere=true` destroys every session of the user; API tokens stay */
        post: {
            parameters: {
                query?: {
                    everywhere?: "true" | "false";
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            user: {
                                id: string;
                                email: string;
                                name: string;
                            } | null;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/user/signup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sign up with e-mail and password; sets the session cookie */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** Format: email */
                        email: string;
                        password: string;
                        name: string;
                    };
                };
            };
            responses: {
                /** @description Success */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            user: {
                                id: string;
                                email: string;
                                name: string;
                            } | null;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/user/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Your API tokens, newest first, without the tokens themselves */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            items: {
                                id: string;
                                name: string;
                                /** @enum {string} */
                                scope: "read" | "write";
                                last_used_at: number | null;
                                created_at: number;
                            }[];
                            next_cursor: null;
                        };
                    };
                };
            };
        };
        put?: never;
        /** Make an API token of scope read (default) or write; it is shown this once */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        name: string;
                        /**
                         * @default read
                         * @enum {string}
                         */
                        scope?: "read" | "write";
                    };
                };
            };
            responses: {
                /** @description Success */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            token: string;
                            id: string;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/user/tokens/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revoke an API token; its next call is 401 */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/user/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Charged generations by UTC day, over all projects */
        get: {
            parameters: {
                query?: {
                    days?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            items: {
                                day: string;
                                included: number;
                                overage: number;
                                overage_cents: number;
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/prepare": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Create or get the asset of a source and parameters; the first call starts its generation */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description The same key and request within 24 hours gives the first success again and is not charged again. */
                    "Idempotency-Key"?: string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        project_id: string;
                        src: string;
                        /** @enum {string} */
                        motion?: "subtle" | "medium" | "kinetic";
                        /** @enum {string} */
                        mode?: "loop" | "animate-in" | "animate-on-hover";
                        dur_seconds?: number;
                        /** @enum {string} */
                        aspect?: "preserve" | "1:1" | "16:9" | "9:16";
                        prompt_override?: string;
                        seed?: number;
                        idem?: string;
                    };
                };
            };
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            asset_id: string;
                            /** @enum {string} */
                            status: "pending" | "ready" | "failed";
                            eta_seconds: number;
                            mp4_url: string;
                            poster_url: string;
                            generation: number;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/upload": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Store a source image; its address is public and immutable */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description The same key and request within 24 hours gives the first success again and is not charged again. */
                    "Idempotency-Key"?: string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "multipart/form-data": {
                        file: string;
                    };
                };
            };
            responses: {
                /** @description Success */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            url: string;
                            key: string;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/docs/errors": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Every error by its code: cause, fix, whether it was charged, whether to retry */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/html": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/uploads/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** An uploaded image */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    name: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "image/*": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/{projectKey}/events/{assetId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Events of one asset for anybody with the project key; `Last-Event-ID` or `?last_event_id=` resumes */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    projectKey: string;
                    assetId: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/event-stream": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/*": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The proxy URL `/v1/{projectKey}/{src}.{format}`: the current video (mp4) or poster (jpg) of an asset */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Success */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "video/mp4": unknown;
                    };
                };
                /** @description The first video is being made */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A byte range */
                206: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Error: {
            error: string;
            details?: {
                fieldErrors: {
                    [key: string]: string[];
                };
                formErrors: string[];
            };
            retry_after_ms?: number;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
