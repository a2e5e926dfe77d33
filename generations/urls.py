"""What a team makes: pages, fragments and files. Public codes in every path, never a primary key."""

from django.urls import path

from .views import clips, composer, health, history, home, library, live, media, orphans, providers, setup, shares

urlpatterns = [
    # history and composer
    path("p/<pid:pid>/", history.project, name="project"),
    path("p/<pid:pid>/live", live.live, name="live"),
    path("p/<pid:pid>/composer", composer.composer, name="composer"),
    path("p/<pid:pid>/generate", composer.generate, name="generate"),
    # one generation
    path("g/<pid:pid>/", clips.generation, name="generation"),
    path("g/<pid:pid>/card", clips.card, name="generation-card"),
    path("g/<pid:pid>/cancel", clips.cancel, name="cancel"),
    path("g/<pid:pid>/retry", clips.retry, name="retry"),
    path("g/<pid:pid>/send-again", clips.send_again, name="send-again"),
    path("g/<pid:pid>/check-again", clips.check_again, name="check-again"),
    path("g/<pid:pid>/it-is", clips.it_is, name="it-is"),
    path("g/<pid:pid>/refetch", clips.refetch, name="refetch"),
    path("g/<pid:pid>/favourite", clips.favourite, name="favourite"),
    path("g/<pid:pid>/trash", clips.trash, name="trash"),
    path("g/<pid:pid>/restore", clips.restore, name="restore"),
    # its files
    path("g/<pid:pid>/video.mp4", media.video, name="generation-video"),
    path("g/<pid:pid>/poster.webp", media.poster, name="generation-poster"),
    path("g/<pid:pid>/preview.mp4", media.preview, name="generation-preview"),
    path("g/<pid:pid>/last.png", media.last_frame, name="generation-last-frame"),
    path("g/<pid:pid>/download", media.download, name="generation-download"),
    # home
    path("", home.home, name="home"),
    path("setup", setup.setup, name="setup"),
    path("p/", home.projects, name="projects"),
    # library
    path("library/", library.library, name="library"),
    path("library/upload", library.upload, name="upload"),
    path("a/<pid:pid>/", library.asset, name="asset"),
    path("a/<pid:pid>/file", library.asset_file, name="asset-file"),
    path("a/<pid:pid>/thumbnail.webp", library.asset_thumbnail, name="asset-thumbnail"),
    path("a/<pid:pid>/trash", library.asset_trash, name="asset-trash"),
    path("in/<str:signed>/<str:name>", library.input_link, name="input-link"),
    # share
    path("g/<pid:pid>/share", shares.share_new, name="share-new"),
    path("share/<pid:pid>/revoke", shares.share_revoke, name="share-revoke"),
    path("s/<str:token>/", shares.share, name="share"),
    path("s/<str:token>/video.mp4", shares.share_video, name="share-video"),
    path("s/<str:token>/poster.webp", shares.share_poster, name="share-poster"),
    path("s/<str:token>/card.jpg", shares.share_card, name="share-card"),
    path("s/<str:token>/download", shares.share_download, name="share-download"),
    # providers
    path("providers/", providers.providers, name="providers"),
    path("providers/new", providers.provider_new, name="provider-new"),
    path("providers/<pid:pid>/", providers.provider_edit, name="provider-edit"),
    path("providers/<pid:pid>/test", providers.provider_test, name="provider-test"),
    path("providers/<pid:pid>/pause", providers.provider_pause, name="provider-pause"),
    path("providers/<pid:pid>/trash", providers.provider_trash, name="provider-trash"),
    path("providers/<pid:pid>/orphans", orphans.orphans, name="orphans"),
    path("providers/<pid:pid>/orphans/adopt", orphans.orphan_adopt, name="orphan-adopt"),
    path("providers/<pid:pid>/orphans/dismiss", orphans.orphan_dismiss, name="orphan-dismiss"),
    # health
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
