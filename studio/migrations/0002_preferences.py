from django.db import migrations, models

import studio.ids


def give_codes(apps, schema_editor):
    people = apps.get_model("studio", "User")
    for person in people.objects.filter(pid=""):
        people.objects.filter(pk=person.pk).update(pid=studio.ids.new_pid())


class Migration(migrations.Migration):
    dependencies = [("studio", "0001_initial")]

    operations = [
        migrations.AddField("user", "pid", models.CharField(max_length=11, default="", editable=False)),
        migrations.RunPython(give_codes, migrations.RunPython.noop),
        migrations.AlterField(
            "user", "pid", models.CharField(max_length=11, unique=True, default=studio.ids.new_pid, editable=False)
        ),
        migrations.AddField(
            "user",
            "language",
            models.CharField(
                max_length=10,
                choices=[("", "As the browser says"), ("en", "English"), ("zh-hans", "简体中文")],
                blank=True,
                default="",
            ),
        ),
        migrations.AddField("user", "single_keys", models.BooleanField(default=True)),
    ]
