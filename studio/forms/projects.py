"""A project's name, and the people in it."""

from django import forms

from ..models import Role


class ProjectForm(forms.Form):
    name = forms.CharField(
        max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "Autumn campaign"})
    )


class MemberForm(forms.Form):
    """Adds a person by e-mail."""

    email = forms.EmailField(
        label="E-mail", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off", "placeholder": "name@…"})
    )
    role = forms.ChoiceField(choices=Role.choices, initial=Role.EDITOR)

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        return email.strip().lower()


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=Role.choices)
